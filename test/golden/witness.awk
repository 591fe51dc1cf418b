# Puts a block of witnesses behind every 60th line of a log, and one at its end: events of every
# kind that the reports know, each line with "/w/" and the block's number in it. Their serials have
# 13 digits, 9700731 in front; those of a block differ. awk -v pure=1 prints the witnesses alone.

function put(type, body) { printf "%stype=%s msg=audit(%s:9700731%06d): %s\n", node, type, stamp, serial, body }
function one(type, body) { serial++; put(type, body) }
function user(type, text) {
	one(type, sprintf("pid=%d uid=0 auid=3 ses=%d subj=u:r:t:s0 msg='%s exe=\"/w/%d\" hostname=w%d addr=10.9.0.1 terminal=ssh res=success'", 700 + block, session, text, block, block))
}
function witnesses() {
	block++
	session = 900000 + block
	one("LOGIN", sprintf("pid=%d uid=0 old-auid=4294967295 auid=3 tty=/w/ old-ses=4294967295 ses=%d res=1", 700 + block, session))
	user("USER_AUTH", "op=PAM:authentication acct=\"sys\"")
	user("USER_START", "op=PAM:session_open acct=\"sys\"")
	user("USER_LOGIN", "op=login id=3")
	user("ADD_USER", "op=adding-user id=77 acct=\"w\"")
	user("CRYPTO_SESSION", "op=start")
	user("VIRT_CONTROL", "virt=kvm op=start vm=\"w\"")
	user("ANOM_EXEC", "op=x")
	user("RESP_ANOMALY", "op=x")
	one("INTEGRITY_RULE", "file=\"/w/\" hash=\"1\" ppid=1 pid=2 auid=3 uid=0 ses=1 comm=\"w\" exe=\"/w/\" res=1")
	one("MAC_STATUS", "enforcing=1 old_enforcing=0 auid=3 ses=1 path=\"/w/\" res=1")
	one("CONFIG_CHANGE", "auid=3 ses=1 op=\"add_rule\" key=\"/w/\" list=4 res=1")
	one("TTY", sprintf("tty pid=%d uid=0 auid=3 ses=1 major=136 minor=0 comm=\"/w/\" data=6C730D", block))
	one("SYSCALL", sprintf("arch=c000003e syscall=59 success=yes exit=0 a0=1 a1=2 a2=3 a3=4 items=1 ppid=1 pid=%d auid=3 uid=0 gid=0 euid=0 suid=0 fsuid=0 egid=0 sgid=0 fsgid=0 tty=pts0 ses=%d comm=\"w\" exe=\"/w/%d\" subj=u:r:t:s0 key=\"w%d\"", block, session, block, block))
	put("AVC", "avc:  denied  { read } for  pid=1 comm=\"w\" path=\"/w/\" dev=\"sda1\" ino=1 scontext=u:r:t:s0 tcontext=u:r:t:s0 tclass=file permissive=0")
	put("CWD", "cwd=\"/w/\"")
	put("PATH", sprintf("item=0 name=\"/w/%d\" inode=1 dev=08:01 mode=0100644 ouid=0 ogid=0 rdev=00:00 nametype=NORMAL", block))
	user("USER_END", "op=PAM:session_close acct=\"sys\"")
}

{
	if (!pure) print
	if (match($0, /node=[^ ]* /)) node = substr($0, RSTART, RLENGTH)
	if (match($0, /audit\([0-9.]*/)) stamp = substr($0, RSTART + 6, RLENGTH - 6)
}
NR % 60 == 0 { witnesses() }
END { witnesses() }
