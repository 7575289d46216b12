"""hang-up.py TEXT COMMAND…: runs the command in a terminal of its own, closes that terminal once TEXT has been shown, and
prints how the command ended: the number of a signal, negative, or its exit code."""
import os, pty, sys

text, command = sys.argv[1], sys.argv[2:]
pid, terminal = pty.fork()
if pid == 0:
    os.execvp(command[0], command)
shown = b''
while text.encode() not in shown:
    shown += os.read(terminal, 4096)
os.close(terminal)
print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
