#!/usr/bin/env python3
"""Writes an audit log with every record type and system call that the normaliser knows.

normalise_log.py SEED [EVENTS]: events of one record of each type, system calls with all kinds of
records beside them, fields left out or moved, records in odd orders. The same seed gives the
same bytes.
"""
import random
import sys

TYPES = """USER LOGIN USER_AUTH USER_ACCT USER_MGMT CRED_ACQ CRED_DISP USER_START USER_END USER_AVC
USER_CHAUTHTOK USER_ERR CRED_REFR USYS_CONFIG USER_LOGIN USER_LOGOUT ADD_USER DEL_USER ADD_GROUP
DEL_GROUP DAC_CHECK CHGRP_ID TEST TRUSTED_APP USER_SELINUX_ERR USER_CMD USER_TTY CHUSER_ID GRP_AUTH
SYSTEM_BOOT SYSTEM_SHUTDOWN SYSTEM_RUNLEVEL SERVICE_START SERVICE_STOP GRP_MGMT GRP_CHAUTHTOK
MAC_CHECK ACCT_LOCK ACCT_UNLOCK USER_DEVICE SOFTWARE_UPDATE DAEMON_START DAEMON_END DAEMON_ABORT
DAEMON_CONFIG DAEMON_RECONFIG DAEMON_ROTATE DAEMON_RESUME DAEMON_ACCEPT DAEMON_CLOSE DAEMON_ERR
CONFIG_CHANGE FEATURE_CHANGE TTY SECCOMP NETFILTER_CFG KERN_MODULE FANOTIFY BPF EVENT_LISTENER AVC
MAC_POLICY_LOAD MAC_STATUS MAC_CONFIG_CHANGE MAC_UNLBL_ALLOW MAC_MAP_ADD MAC_MAP_DEL
MAC_CIPSOV4_ADD MAC_UNLBL_STCADD SELINUX_ERR ANOM_PROMISCUOUS ANOM_ABEND ANOM_LINK INTEGRITY_DATA
INTEGRITY_RULE KERNEL ANOM_LOGIN_FAILURES ANOM_LOGIN_TIME ANOM_LOGIN_SESSIONS ANOM_LOGIN_ACCT
ANOM_LOGIN_LOCATION ANOM_MAX_DAC ANOM_RBAC_FAIL ANOM_RBAC_INTEGRITY_FAIL ANOM_CRYPTO_FAIL ANOM_EXEC
ANOM_MK_EXEC RESP_ANOMALY RESP_HALT USER_ROLE_CHANGE ROLE_ASSIGN ROLE_REMOVE LABEL_OVERRIDE
LABEL_LEVEL_CHANGE USER_LABELED_EXPORT DEV_ALLOC FS_RELABEL USER_MAC_POLICY_LOAD ROLE_MODIFY
USER_MAC_CONFIG_CHANGE USER_MAC_STATUS CRYPTO_TEST_USER CRYPTO_LOGIN CRYPTO_LOGOUT CRYPTO_KEY_USER
CRYPTO_SESSION CRYPTO_IKE_SA VIRT_CONTROL VIRT_RESOURCE VIRT_MACHINE_ID VIRT_INTEGRITY_CHECK
VIRT_CREATE VIRT_DESTROY VIRT_MIGRATE_IN VIRT_MIGRATE_OUT TIME_INJOFFSET TIME_ADJNTPVAL""".split()

# x86_64, by number.
CALLS = [21, 269, 439, 90, 91, 268, 92, 93, 94, 260, 313, 175, 176, 188, 189, 190, 83, 258, 165, 429,
         432, 433, 262, 4, 5, 6, 332, 137, 138, 85, 285, 76, 77, 319, 2, 257, 437, 89, 267, 197, 198,
         199, 82, 264, 316, 84, 88, 266, 166, 87, 263, 132, 235, 261, 280, 59, 322, 43, 288, 49, 42,
         45, 47, 44, 46, 62, 200, 234, 105, 113, 117, 122, 106, 114, 119, 123, 164, 227, 159, 133,
         259, 170, 171, 9, 12, 142, 144, 314, 0, 1, 41, 56, 60, 101, 321, 999]

SIDE = ["AVC", "SELINUX_ERR", "NETFILTER_CFG", "ANOM_PROMISCUOUS", "KERN_MODULE", "MAC_POLICY_LOAD",
        "MAC_STATUS", "MAC_CONFIG_CHANGE", "FANOTIFY", "TIME_INJOFFSET", "TIME_ADJNTPVAL", "BPF",
        "EVENT_LISTENER", "ANOM_LINK", "CONFIG_CHANGE", "OBJ_PID", "EXECVE", "SOCKADDR", "MMAP"]

VALUES = {
    "auid": ["0", "1000", "1", "4294967295", "70000"], "uid": ["0", "1000", "4294967295", "33", "60001"],
    "acct": ['"root"', '"alice"', '"daemon"', "726F6F74", "?", '"(unknown)"'],
    "id": ["0", "1000", "4294967295", "5"], "res": ["success", "failed", "1", "0"],
    "exe": ['"/usr/bin/bash"', '"/usr/sbin/sshd"', '"/usr/bin/python3.11"', '"/usr/bin/sha256sum"', '"/bin/a"',
            "2F7573722F62696E2F7368"],
    "comm": ['"sh"', '"script.py"', "61206220632C64"], "op": ["set", '"add_rule"', "remove_rule", "login", "LOAD",
            "UNLOAD", "connect", "disconnect", "PAM:authentication", "start", '"remove', "seccomp-logging"],
    "key": ['"k"', "(null)", "6B310161206232", '"a,b"'], "terminal": ["ssh", "/dev/pts/1", "?"],
    "hostname": ["?", "10.0.0.1", "web"], "addr": ["?", "10.0.0.1", "::1"],
    "prom": ["0", "256"], "unlbl_accept": ["0", "1"], "success": ["yes", "no"], "sig": ["11", "6", "99"],
    "code": ["0x0", "0x7fff0000", "0x50000"], "data": ["6C730D", '"x"', "72"], "audit_enabled": ["1"],
    "name": ['"/etc/passwd"', '"b"', '"../x/./y//z"', '"/a/../b"', "2F612062", "(null)", '"."', '"/"', '""',
             '"with,comma"'],
    "mode": ["0100644", "040755", "020620", "060660", "010600", "0120777", "0140755", "0", "junk"],
    "cwd": ['"/home/a"', '"/srv"', "2F6120622F63"], "nametype": ["NORMAL", "PARENT", "CREATE", "DELETE", "UNKNOWN"],
    "saddr": ["020000357F0000010000000000000000", "01002F72756E2F7800", "10000000000000000000000000",
              "0A00005000000000000000000000000000000000000000010000000000", "0100", "ZZ"],
    "dev": ["eth0", "08:01"], "new-level": ["5"], "unit": ["cron", "a-b"], "vm": ['"vm1"', "766D2031"],
    "enforcing": ["1", "0"], "bool": ["b1"], "table": ["filter", "nat:3"], "prog-id": ["12"], "nl-mcgrp": ["1"],
    "syscall": ["2", "59", "1"], "arch": ["c000003e", "40000003"], "tcontext": ["u:r:t:s0:c1,c2"],
    "scontext": ["s:r:t:s0"], "subj": ["unconfined", "u:r:t:s0-s0:c0.c1023"], "obj": ["o:r:t:s0"],
    "old-auid": ["4294967295", "0"], "cmd": ['"ls"', "6C73202D6C"], "sw": ['"bash-5"', "612062"], "sw_type": ["rpm"],
    "root_dir": ['"/"'], "fp": ["SHA256:aa:bb"], "rport": ["22"], "resrc": ["disk"], "printer": ["lp"],
    "selected-context": ["a:b:c"], "actions": ['"log"'], "feature": ["loginuid_immutable"], "nlbl_domain": ["d"],
}
PLAIN = ["1", "2", "77"]


class Log:
    def __init__(self, seed, node):
        self.random, self.serial, self.second, self.node = random.Random(seed), 0, 1700000000, node

    def value(self, name):
        return self.random.choice(VALUES.get(name, PLAIN))

    def fields(self, names, keep=0.93):
        names = [n for n in names if self.random.random() < keep]
        if self.random.random() < 0.04:
            self.random.shuffle(names)
        return " ".join(f"{n}={self.value(n)}" for n in names)

    def event(self, records):
        self.serial += 1
        self.second += self.random.choice([0, 1, 5])
        node = "node=web1 " if self.node else ""
        for kind, body in records:
            print(f"{node}type={kind} msg=audit({self.second}.{self.serial % 1000:03}:{self.serial}): {body}")

    def user(self, inner):
        return self.fields(["pid", "uid", "auid", "ses", "subj"]) + " msg='" + self.fields(inner) + "'"

    def body(self, kind):
        f = self.fields
        special = {
            "LOGIN": lambda: f(["pid", "uid", "subj", "old-auid", "auid", "tty", "old-ses", "ses", "res"]),
            "CONFIG_CHANGE": lambda: f(["auid", "ses", "subj", "op"]) + " " +
            f([self.random.choice(["key", "audit_enabled", "audit_pid", "audit_failure", "actions", "list"])]) +
            " " + f(["old", "auid", "ses", "subj", "list", "res"]),
            "FEATURE_CHANGE": lambda: f(["pid", "uid", "auid", "tty", "ses", "subj", "comm", "exe", "feature", "old",
                                         "new", "res"]),
            "SECCOMP": lambda: " ".join(f"{n}={self.value(n)}" for n in
                                        ["auid", "uid", "gid", "ses", "subj", "pid", "comm", "exe", "sig", "arch",
                                         "syscall", "compat", "ip", "code"]),
            "ANOM_ABEND": lambda: f(["auid", "uid", "gid", "ses", "subj", "pid", "comm", "exe", "sig", "res"]),
            "ANOM_PROMISCUOUS": lambda: f(["dev", "prom", "old_prom", "auid", "uid", "gid", "ses"]),
            "NETFILTER_CFG": lambda: f(["table", "family", "entries", "op", "pid", "subj", "comm"]),
            "TTY": lambda: "tty " + f(["pid", "uid", "auid", "ses", "major", "minor", "comm", "data"]),
            "BPF": lambda: f(["prog-id", "op"]),
            "EVENT_LISTENER": lambda: f(["pid", "uid", "auid", "tty", "ses", "subj", "comm", "exe", "nl-mcgrp", "op",
                                         "res"]),
            "AVC": lambda: "avc:  %s  { %s } for  " % (self.random.choice(["denied", "granted"]),
                                                       self.random.choice(["read", "read write"])) +
            f(["pid", "comm", "name", "dev", "ino", "scontext", "tcontext", "tclass", "permissive"], 1),
            "KERN_MODULE": lambda: f(["name"]), "FANOTIFY": lambda: f(["resp"]),
            "MAC_POLICY_LOAD": lambda: f(["auid", "ses", "lsm", "res"]),
            "MAC_STATUS": lambda: f(["enforcing", "old_enforcing", "auid", "ses", "res"]),
            "MAC_CONFIG_CHANGE": lambda: f(["bool", "val", "old_val", "auid", "ses"]),
            "KERNEL": lambda: f(["state", "audit_enabled", "res"]), "SYSCALL": self.call,
            "OBJ_PID": lambda: f(["opid", "oauid", "ouid", "oses", "ocomm"]), "EXECVE": lambda: f(["argc", "a0", "a1"]),
            "SOCKADDR": lambda: f(["saddr"]), "MMAP": lambda: f(["fd", "flags"]), "CWD": lambda: f(["cwd"]),
            "SELINUX_ERR": lambda: f(["op", "auid", "ses"]), "ANOM_LINK": lambda: f(["op", "ppid", "pid", "auid", "uid",
                                                                                     "comm", "exe", "res"]),
        }
        if kind in special:
            return special[kind]()
        if kind.startswith("DAEMON"):
            return f(["op", "ver", "format", "kernel", "auid", "pid", "uid", "ses", "subj", "res"])
        if kind.startswith(("MAC_", "INTEGRITY")):
            return f(["auid", "ses", "subj", "unlbl_accept", "nlbl_domain", "res"])
        if kind == "USER_AVC":
            return self.fields(["pid", "uid", "auid", "ses", "subj"]) + \
                " msg='avc:  denied  { send_msg } for msgtype=x " + f(["scontext", "tcontext", "exe", "hostname"]) + "'"
        inner = ["op", "id", "acct", "cmd", "unit", "new-level", "vm", "resrc", "printer", "selected-context", "fp",
                 "sw", "sw_type", "key_enforce", "gpg_res", "root_dir", "device", "data", "bool", "comm", "exe",
                 "hostname", "addr", "rport", "terminal", "res"]
        return self.user([n for n in inner if self.random.random() < 0.8])

    def call(self, nr=None):
        nr = nr if nr is not None else self.random.choice(CALLS)
        body = f"arch=c000003e syscall={nr} " + self.fields(["success", "exit"], 0.95) + " "
        args = ["0", "1", "ffffffff", "3e8", "1ed", "ffffffffffffffff"]
        body += " ".join(f"a{i}={self.random.choice(args)}" for i in range(4)) + " items=1 "
        return body + self.fields(["ppid", "pid", "auid", "uid", "gid", "euid", "suid", "fsuid", "egid", "sgid", "fsgid",
                                   "tty", "ses", "comm", "exe", "subj", "key"], 0.985)

    def path(self, item):
        return f"item={item} " + self.fields(["name", "inode", "dev", "mode", "ouid", "ogid", "rdev", "obj", "nametype",
                                              "cap_fp"], 0.95)

    def syscall_event(self, nr):
        records, choice = [("SYSCALL", self.call(nr))], self.random.random()
        side = [k for k in SIDE if self.random.random() < 0.06]
        for kind in side:
            records.insert(self.random.choice([0, len(records)]), (kind, self.body(kind)))
        if nr in (42, 43, 44, 45, 46, 47, 49, 62, 288) and choice < 0.8:
            records.append(("SOCKADDR", self.fields(["saddr"], 1)))
        if choice < 0.85:
            records.append(("CWD", self.fields(["cwd"])))
        for item in range(self.random.choice([0, 1, 1, 2, 2, 3, 4, 5])):
            records.append(("PATH", self.path(item)))
        if self.random.random() < 0.05:
            self.random.shuffle(records)
        if self.random.random() < 0.7:
            records.append(("PROCTITLE", "proctitle=6C73002D6C"))
        if self.random.random() < 0.03:
            records.append(("PATH", self.path(9)))
        self.event(records)


def main():
    log = Log(int(sys.argv[1]), len(sys.argv) > 3)
    for _ in range(int(sys.argv[2]) if len(sys.argv) > 2 else 4):
        for kind in TYPES:
            log.event([(kind, log.body(kind))])
        for nr in CALLS:
            log.syscall_event(nr)


main()
