"""Runs a program in a terminal of its own: terminal.py ROWS COLUMNS STDOUT-FILE PROGRAM ARGS...

What the program shows comes out of stdout, what goes into stdin is typed. With a name for STDOUT-FILE, its stdout goes
there instead. Ends with the program's exit code, 128 + N for signal N.
"""
import fcntl
import os
import pty
import select
import struct
import sys
import termios

rows, columns, stdout_file, program = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4:]

pid, terminal = pty.fork()
if pid == 0:
    fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    if stdout_file:
        os.dup2(os.open(stdout_file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), 1)
    os.execvp(program[0], program)

sources = [terminal, 0]
while True:
    ready, _, _ = select.select(sources, [], [])
    if 0 in ready:
        typed = os.read(0, 4096)
        if typed:
            os.write(terminal, typed)
        else:
            sources.remove(0)
    if terminal in ready:
        try:
            shown = os.read(terminal, 65536)
        except OSError:
            shown = b""
        if not shown:
            break
        os.write(1, shown)

_, status = os.waitpid(pid, 0)
sys.exit(os.waitstatus_to_exitcode(status) if os.WIFEXITED(status) else 128 + os.WTERMSIG(status))
