#!/usr/bin/env python3
"""Plays the part of the service manager that keeps descriptors (FileDescriptorStoreMax=).

	fd_store.py keep FOLDER			until it is killed: FOLDER/notify is its NOTIFY_SOCKET,
						FOLDER/kept has a line for each descriptor it keeps
	fd_store.py run FOLDER COMMAND...	runs the command as a start of the service: what is kept is
						handed over as LISTEN_FDS
"""
import array
import os
import socket
import sys

FIRST = 3


def receive(sock):
    data, control, _, _ = sock.recvmsg(4096, socket.CMSG_SPACE(4 * 16))
    fds = array.array("i")
    for level, kind, body in control:
        if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
            fds.frombytes(body[: len(body) - len(body) % 4])
    for fd in fds:
        os.set_inheritable(fd, False)
    return data, list(fds)


def keep(folder):
    kept = []
    notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    notify.bind(folder + "/notify")
    while True:
        data, fds = receive(notify)
        lines = dict(line.split("=", 1) for line in data.decode().split("\n") if "=" in line)
        if "GIVE" in lines:
            # Copies to who asks; the answer's address is a socket of its own.
            answer = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
            answer.connect(lines["GIVE"])
            names = ":".join(name for name, _ in kept)
            socket.send_fds(answer, [b"names=" + names.encode()], [fd for _, fd in kept])
            answer.close()
        elif lines.get("FDSTORE") == "1":
            for fd in fds:
                same = [1 for _, other in kept if os.path.sameopenfile(fd, other)]
                if same:
                    os.close(fd)
                else:
                    kept.append((lines.get("FDNAME", "stored"), fd))
        with open(folder + "/kept.new", "w") as out:
            out.writelines(name + "\n" for name, _ in kept)
        os.rename(folder + "/kept.new", folder + "/kept")


def run(folder, command):
    path = "%s/give.%d" % (folder, os.getpid())
    ours = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    ours.bind(path)
    ask = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    ask.connect(folder + "/notify")
    ask.send(b"GIVE=" + path.encode())
    data, fds = receive(ours)
    os.unlink(path)
    ask.close()
    ours.close()
    high = [os.dup(fd) for fd in fds]
    while high and min(high) < FIRST + len(high):
        high = [os.dup(fd) for fd in high]
    for number, fd in enumerate(high):
        os.dup2(fd, FIRST + number, inheritable=True)
    environment = dict(os.environ, NOTIFY_SOCKET=folder + "/notify")
    if fds:
        environment.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS=str(len(fds)),
                           LISTEN_FDNAMES=data.decode().split("=", 1)[1])
    os.execvpe(command[0], command, environment)


if sys.argv[1] == "keep":
    keep(sys.argv[2])
else:
    run(sys.argv[2], sys.argv[3:])
