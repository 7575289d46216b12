"""Runs a program and says what it cost, by the kernel's own account of the finished child (wait4).

measure.py STDOUT-FILE STDERR-FILE PROGRAM ARGS...   prints {"cpu", "wall", "rss", "code"}: seconds, seconds, bytes.
Its own process id group is the caller's; the child's id is printed first, so that it can be signalled.
"""
import json
import os
import sys
import time

out, err, program = sys.argv[1], sys.argv[2], sys.argv[3:]
began = time.monotonic()
pid = os.fork()
if pid == 0:
    for path, target in ((os.devnull, 0), (out, 1), (err, 2)):
        os.dup2(os.open(path, os.O_RDWR | os.O_CREAT | (os.O_TRUNC if target else 0), 0o600), target)
    os.execvp(program[0], program)
print(json.dumps({"pid": pid}), flush=True)
_, status, usage = os.wait4(pid, 0)
wall = time.monotonic() - began
code = os.WEXITSTATUS(status) if os.WIFEXITED(status) else 128 + os.WTERMSIG(status)
cpu = usage.ru_utime + usage.ru_stime
print(json.dumps({"cpu": cpu, "wall": wall, "rss": usage.ru_maxrss * 1024, "code": code}), flush=True)
