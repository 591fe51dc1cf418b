# A log of logins, logouts, boots, crashes and failed logins, with whatever may be wrong with them:
#	awk -v seed=1 -v enriched=1 -v nodes=1 -v apart=1 -f logins.awk
# Sessions overlap, numbers come again, fields are missing or stand twice, events interleave.
# With apart=1 no USER_LOGIN follows another one at once, and time never runs backwards.

function pick(n) { return int(rand() * n) }
function one(list,   words) { return words[1 + pick(split(list, words, " "))] }

# emit TYPE BODY TAIL: one record of the present event.
function emit(type, body, tail) {
	printf "%stype=%s msg=audit(%d.%03d:%d): %s", node, type, now, ms, serial, body
	if (enriched && tail != "") printf "\035%s", tail
	print ""
}

function event(   step) {
	serial++
	step = pick(10)
	now += step < 5 ? 0 : step < 8 ? 1 : step < 9 ? pick(4000) : pick(200000)
	ms = apart ? serial % 1000 : pick(1000)
	if (apart && ms == 0) now++
}

function login(ses, uid, pid,   style, body) {
	event()
	style = pick(12)
	if (style == 0)
		body = sprintf("login pid=%d uid=0 old auid=4294967295 new auid=%d old ses=4294967295 new ses=%d", pid, uid, ses)
	else if (style == 1)
		body = sprintf("pid=%d uid=0 auid=%d ses=%d", pid, uid, ses)
	else if (style == 2)
		body = sprintf("pid=%d uid=0 old-auid=4294967295 old-ses=4294967295 ses=%d res=1", pid, ses)
	else
		body = sprintf("pid=%d uid=0 subj=unconfined old-auid=4294967295 auid=%d tty=(none) old-ses=4294967295 ses=%d res=1", pid, uid, ses)
	emit("LOGIN", body, style == 0 ? "" : "UID=\"root\" OLD-AUID=\"unset\" AUID=\"" name[uid] "\"")
	if (pick(3) == 0) {
		emit("SYSCALL", sprintf("arch=c000003e syscall=1 success=yes exit=4 a0=3 a1=7ffd a2=4 a3=0 items=0 ppid=1 pid=%d auid=%d uid=0 gid=0 ses=%d comm=\"sshd\" exe=\"/usr/sbin/sshd\" key=(null)", pid, uid, ses), "ARCH=x86_64 SYSCALL=write AUID=\"" name[uid] "\" UID=\"root\"")
		if (pick(4)) emit("PROCTITLE", "proctitle=737368643A", "")
	}
}

function place(   host) {
	host = one("host.example.org 192.0.2.7 ? ? a-very-long-host-name.example.org localhost")
	return sprintf("hostname=%s addr=%s %s", host, one("192.0.2.7 2001:db8::7 ? 127.0.0.1"),
		pick(12) ? "terminal=" one("ssh /dev/pts/0 /dev/tty1 pts/3 :0 ? /dev/a-long-terminal-name") " " : "")
}

function user_login(ses, uid, pid, good,   who, body) {
	event()
	who = pick(6) == 0 ? "uid=" uid : "id=" uid
	if (!good) who = pick(5) == 0 ? "id=" uid : "acct=" one("\"admin\" \"root\" 28696E76616C6964207573657229 (unknown) \"a-long-account-name\"")
	if (good && pick(15) == 0) who = "acct=\"" name[uid] "\""
	body = sprintf("pid=%d uid=0 auid=%d ses=%d subj=unconfined msg='op=login %s exe=\"/usr/sbin/sshd\" %sres=%s'", pid, good ? uid : 4294967295, good ? ses : 4294967295, who, place(), good ? "success" : "failed")
	if (pick(20) == 0) sub(/ses=[0-9]+ /, "", body)
	if (pick(25) == 0) sub(/hostname=[^ ]* /, "", body)
	if (pick(25) == 0) sub(/res=[a-z]*/, "res=" pick(2), body)
	emit("USER_LOGIN", body, "UID=\"root\" AUID=\"" name[uid] "\"")
	if (apart) other()
}

function user_end(ses, uid, pid,   body) {
	event()
	body = sprintf("pid=%d uid=0 auid=%d ses=%d subj=unconfined msg='op=PAM:session_close acct=\"%s\" exe=\"/usr/sbin/sshd\" %sres=success'", pid, uid, ses, name[uid], place())
	if (pick(20) == 0) sub(/auid=[0-9]+ /, "auid=4294967295 ", body)
	emit("USER_END", body, "UID=\"root\" AUID=\"" name[uid] "\"")
}

function other() {
	event()
	emit("SERVICE_START", "pid=1 uid=0 auid=4294967295 ses=4294967295 msg='unit=cron comm=\"systemd\" exe=\"/usr/lib/systemd/systemd\" hostname=? addr=? terminal=? res=success'", "UID=\"root\" AUID=\"unset\"")
}

BEGIN {
	srand(seed)
	now = 1700000000 + seed * 1000000
	node = nodes ? "node=web1 " : ""
	split("0 1 2 1000 1001", uids, " ")
	name[0] = "root"; name[1] = "daemon"; name[2] = "bin"; name[1000] = "alice"; name[1001] = "bob-with-a-long-name"
	for (i = 0; i < 400; i++) {
		what = pick(100)
		s = 1 + pick(12)
		if (what < 30) {
			ses_uid[s] = uids[1 + pick(5)]; ses_pid[s] = 300 + pick(60)
			login(s, ses_uid[s], ses_pid[s])
			if (pick(4)) { if (pick(3) == 0) other(); user_login(s, ses_uid[s], ses_pid[s], 1) }
		} else if (what < 40) user_login(s, ses_uid[s] + 0, ses_pid[s] + 0, 1)
		else if (what < 55) user_login(s, uids[1 + pick(5)], 300 + pick(60), 0)
		else if (what < 80) user_end(s, ses_uid[s] + 0, ses_pid[s] + (pick(10) == 0))
		else if (what < 90) other()
		else if (what < 94) { event(); emit("SYSTEM_BOOT", "pid=900 uid=0 auid=4294967295 ses=4294967295 msg=' comm=\"systemd-update-utmp\" exe=\"/lib/systemd/systemd-update-utmp\" hostname=? addr=? terminal=? res=success'", "UID=\"root\" AUID=\"unset\"") }
		else if (what < 97) { event(); emit("SYSTEM_SHUTDOWN", "pid=901 uid=0 auid=4294967295 ses=4294967295 msg=' comm=\"systemd-update-utmp\" exe=\"/lib/systemd/systemd-update-utmp\" hostname=? addr=? terminal=? res=success'", "UID=\"root\" AUID=\"unset\"") }
		else { event(); emit("DAEMON_START", "op=start ver=3.0.9 format=enriched kernel=6.1.0-" pick(30) "-amd64 auid=4294967295 pid=500 uid=0 ses=4294967295 subj=unconfined res=success", "AUID=\"unset\" UID=\"root\"") }
	}
}
