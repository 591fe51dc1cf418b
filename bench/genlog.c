/*
 * Writes a realistic audit.log of about N MiB to standard output: the same options and seed
 * give the same bytes on every machine.
 *
 *	genlog -s 1024 >big.log		1 GiB, enriched
 *	genlog -h			all options
 *
 * Multi-record syscall events (SYSCALL, EXECVE, CWD, PATH, SOCKADDR, PROCTITLE), login traffic,
 * services, CONFIG_CHANGE, AVC, account changes, anomalies, crypto and MAC records. Time and
 * serial only rise between events; some events are interleaved the way per-processor kernel
 * buffers interleave them; values that hold a blank, a quote or a control byte are hex encoded;
 * enriched logs carry the 0x1d tail.
 *
 * What a bench can rely on: the key "needle" is on about 1 in 20000 syscall events, the pid 4242
 * on about 1 in 10000, "exec" on a fifth of the events; a summary line with the first, middle
 * and last second goes to standard error.
 */
#include "base/num.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define MAX_RECORDS 12
#define MAX_RECORD  2048

struct user {
	unsigned uid, gid;
	const char *name;
};
struct prog {
	const char *comm, *exe;
};
struct sysc {
	unsigned nr;
	const char *name;
	unsigned paths;
};

static const struct user users[] = {
	{0, 0, "root"},        {1000, 1000, "alice"},      {1001, 1001, "bob"},
	{1002, 1002, "carol"}, {1003, 1003, "dave"},       {1004, 100, "erin"},
	{33, 33, "www-data"},  {26, 26, "postgres"},       {1005, 1005, "frank"},
	{1006, 1006, "grace"}, {2001, 2000, "svc_backup"}, {2002, 2000, "svc_ci"},
};
static const struct prog progs[] = {
	{"bash", "/usr/bin/bash"},
	{"cat", "/usr/bin/cat"},
	{"python3", "/usr/bin/python3.11"},
	{"sshd", "/usr/sbin/sshd"},
	{"systemd", "/usr/lib/systemd/systemd"},
	{"cron", "/usr/sbin/cron"},
	{"ls", "/usr/bin/ls"},
	{"grep", "/usr/bin/grep"},
	{"git", "/usr/bin/git"},
	{"nginx", "/usr/sbin/nginx"},
	{"postgres", "/usr/lib/postgresql/15/bin/postgres"},
	{"sudo", "/usr/bin/sudo"},
	{"vim", "/usr/bin/vim.basic"},
	{"tar", "/usr/bin/tar"},
	{"curl", "/usr/bin/curl"},
	{"cc1", "/usr/lib/gcc/x86_64-linux-gnu/12/cc1"},
	{"rm", "/usr/bin/rm"},
	{"dpkg", "/usr/bin/dpkg"},
	{"sed", "/usr/bin/sed"},
	{"Web Content", "/usr/lib/firefox/firefox"},
	{"my app", "/opt/my app/bin/run it"},
	{"java", "/usr/lib/jvm/java-17-openjdk-amd64/bin/java"},
	{"runc", "/usr/bin/runc"},
	{"containerd-shim", "/usr/bin/containerd-shim-runc-v2"},
};
static const struct sysc calls[] = {
	{257, "openat", 2},   {87, "unlink", 2},    {82, "rename", 2},       {90, "chmod", 1},
	{92, "chown", 1},     {2, "open", 1},       {263, "unlinkat", 2},    {83, "mkdir", 2},
	{41, "socket", 0},    {42, "connect", 0},   {49, "bind", 0},         {101, "ptrace", 0},
	{188, "setxattr", 1}, {159, "adjtimex", 0}, {175, "init_module", 0},
};
static const char *const dirs[] = {
	"/etc",
	"/home/alice",
	"/home/bob/src",
	"/var/www/html",
	"/tmp",
	"/usr/share/doc",
	"/var/lib/postgresql/15/main",
	"/root",
	"/srv/shared data",
	"/opt/app/releases/2024-01-15/config",
};
static const char *const files[] = {
	"passwd",
	"shadow",
	"main.c",
	"index.html",
	"report final.txt",
	"config.yaml",
	"id_rsa",
	"data.db",
	"a.out",
	"core",
	"notes",
	"Makefile",
	"session.json",
	"cr\303\251ation.odt",
	"lock",
	"pg_wal",
	"cache\"quoted\"",
};
static const char *const keys[] = {
	"exec",    "file-access", "identity",    "perm_mod",
	"network", "delete",      "time-change", "modules",
};
static const char *const hosts[] = {
	"10.1.2.3",     "10.1.2.4",      "192.168.7.20", "172.16.0.9",
	"203.0.113.77", "198.51.100.23", "2001:db8::1f",
};
static const char *const units[] = {
	"cron",      "nginx",  "postgresql@15-main", "systemd-tmpfiles-clean", "apt-daily",
	"logrotate", "fstrim", "user@1000",
};

static uint64_t rng_state;
static uint64_t now_us, serial = 1, bytes, events, records;
static int enriched = 1;
static const char *node;
static FILE *out;

static char rec[MAX_RECORDS][MAX_RECORD]; /* records of the event being built */
static unsigned nrec;

/* splitmix64: one multiply-xor chain, identical everywhere. */
static uint64_t rnd(void)
{
	uint64_t z = (rng_state += 0x9e3779b97f4a7c15ULL);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
	return z ^ (z >> 31);
}

static uint64_t below(uint64_t n)
{
	return rnd() % n;
}
static int one_in(uint64_t n)
{
	return below(n) == 0;
}

/* An index skewed to the low end, as real users, programs and files are. */
static size_t skewed(size_t n)
{
	size_t a = below(n), b = below(n);

	return a < b ? a : b;
}
#define PICK(a)        (&(a)[below(LEN(a))])
#define PICK_SKEWED(a) (&(a)[skewed(LEN(a))])

static unsigned pick_pid(void)
{
	return one_in(10000) ? 4242 : 300 + (unsigned)(below(180) * below(180));
}

static unsigned pick_inode(void)
{
	return 1000 + (unsigned)below(3000000);
}
static unsigned pick_session(void)
{
	return 1 + (unsigned)below(400);
}

/* An untrusted string as the kernel writes it: quoted, or hex when unsafe. */
static const char *untrusted(const char *s)
{
	static char ring[8][1024];
	static unsigned slot;
	char *buf = ring[slot++ % 8];
	int unsafe = 0;
	size_t i;

	for (i = 0; s[i]; i++)
		if (s[i] == '"' || (unsigned char)s[i] < 0x21 || (unsigned char)s[i] > 0x7e)
			unsafe = 1;
	if (!unsafe)
		snprintf(buf, 1024, "\"%s\"", s);
	else
		for (i = 0; s[i] && i < 500; i++)
			snprintf(buf + 2 * i, 3, "%02X", (unsigned char)s[i]);
	return buf;
}

static const char *hex(const void *data, size_t len)
{
	static char buf[1024];
	const unsigned char *p = data;
	size_t i;

	buf[0] = 0;
	for (i = 0; i < len && i < 511; i++)
		snprintf(buf + 2 * i, 3, "%02X", p[i]);
	return buf;
}

/* Start a record: "type=X msg=audit(T:S): " and its fields. */
static void add(const char *type, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void add(const char *type, const char *fmt, ...)
{
	char *p = rec[nrec++];
	size_t n = 0;
	va_list ap;

	if (node)
		n += snprintf(p, MAX_RECORD, "node=%s ", node);
	n += snprintf(p + n, MAX_RECORD - n,
		      "type=%s msg=audit(%" PRIu64 ".%03u:%" PRIu64 "): ", type, now_us / 1000000,
		      (unsigned)(now_us / 1000 % 1000), serial);
	va_start(ap, fmt);
	vsnprintf(p + n, MAX_RECORD - n, fmt, ap);
	va_end(ap);
}

/* Append the interpretation tail to the record just added. */
static void enrich(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
static void enrich(const char *fmt, ...)
{
	char *p = rec[nrec - 1];
	size_t n = strlen(p);
	va_list ap;

	if (!enriched)
		return;
	p[n++] = 0x1d;
	va_start(ap, fmt);
	vsnprintf(p + n, MAX_RECORD - n, fmt, ap);
	va_end(ap);
}

static void add_path(int item, const char *path, const char *nametype, int dir)
{
	const struct user *o = PICK_SKEWED(users);
	unsigned inode = pick_inode();

	add("PATH",
	    "item=%d name=%s inode=%u dev=fe:00 mode=%s ouid=%u ogid=%u rdev=00:00 "
	    "nametype=%s cap_fp=0 cap_fi=0 cap_fe=0 cap_fver=0 cap_frootid=0",
	    item, untrusted(path), inode, dir ? "040755" : "0100644", o->uid, o->gid, nametype);
	enrich("OUID=\"%s\" OGID=\"%s\"", o->name, o->name);
}

static void add_syscall(const struct sysc *c, const struct prog *p, const char *key, int items)
{
	const struct user *login = &users[1 + skewed(LEN(users) - 1)];
	const struct user *u = one_in(3) ? &users[0] : login;
	int fail = one_in(6), daemon = one_in(4);
	int ret = fail ? (one_in(2) ? -13 : -2) : (int)below(64);
	uint64_t a0 = rnd() >> 17, a1 = rnd() >> 17, a2 = below(0x80000), a3 = below(0x1000);
	unsigned ppid = pick_pid(), pid = pick_pid();
	const char *tty = one_in(2) ? "pts0" : "pts1";
	unsigned ses = pick_session();
	char auid[16], k[64];

	if (daemon)
		snprintf(auid, sizeof(auid), "4294967295");
	else
		snprintf(auid, sizeof(auid), "%u", login->uid);
	snprintf(k, sizeof(k), key ? "\"%s\"" : "(null)", key);
	add("SYSCALL",
	    "arch=c000003e syscall=%u success=%s exit=%d a0=%" PRIx64 " a1=%" PRIx64 " a2=%" PRIx64
	    " a3=%" PRIx64 " items=%d ppid=%u pid=%u auid=%s uid=%u gid=%u euid=%u "
	    "suid=%u fsuid=%u egid=%u sgid=%u fsgid=%u tty=%s ses=%u comm=%s exe=%s "
	    "subj=unconfined key=%s",
	    c->nr, fail ? "no" : "yes", ret, a0, a1, a2, a3, items, ppid, pid, auid, u->uid, u->gid,
	    u->uid, u->uid, u->uid, u->gid, u->gid, u->gid, daemon ? "(none)" : tty,
	    daemon ? 4294967295u : ses, untrusted(p->comm), untrusted(p->exe), k);
	enrich("ARCH=x86_64 SYSCALL=%s AUID=\"%s\" UID=\"%s\" GID=\"%s\" EUID=\"%s\" SUID=\"%s\" "
	       "FSUID=\"%s\" EGID=\"%s\" SGID=\"%s\" FSGID=\"%s\"",
	       c->name, daemon ? "unset" : login->name, u->name, u->name, u->name, u->name, u->name,
	       u->name, u->name, u->name);
}

static void add_proctitle(const char *title, size_t len)
{
	if (memchr(title, 0, len) || memchr(title, ' ', len))
		add("PROCTITLE", "proctitle=%s", hex(title, len));
	else
		add("PROCTITLE", "proctitle=\"%.*s\"", (int)len, title);
}

static void ev_exec(void)
{
	static const struct sysc execve = {59, "execve", 2};
	const struct prog *p = PICK_SKEWED(progs);
	const char *dir = *PICK(dirs), *file = *PICK(files),
		   *key = one_in(20000) ? "needle" : "exec";
	char flag = 'a' + (char)below(26), arg[256], title[512];
	int n;

	snprintf(arg, sizeof(arg), "%s/%s", dir, file);
	add_syscall(&execve, p, key, 2);
	add("EXECVE", "argc=3 a0=%s a1=\"-%c\" a2=%s", untrusted(p->comm), flag, untrusted(arg));
	add("CWD", "cwd=%s", untrusted(dir));
	add_path(0, p->exe, "NORMAL", 0);
	add_path(1, "/lib64/ld-linux-x86-64.so.2", "NORMAL", 0);
	n = snprintf(title, sizeof(title), "%s%c-x%c%s", p->comm, 0, 0, arg);
	add_proctitle(title, (size_t)n);
}

static void ev_file(void)
{
	const struct sysc *c = &calls[below(8)];
	const struct prog *p = PICK_SKEWED(progs);
	const char *dir = *PICK_SKEWED(dirs), *file = *PICK_SKEWED(files);
	const char *key = one_in(20000) ? "needle"
			  : one_in(8)   ? NULL
					: keys[1 + skewed(LEN(keys) - 1)];
	char path[256];

	snprintf(path, sizeof(path), "%s/%s", dir, file);
	add_syscall(c, p, key, (int)c->paths);
	add("CWD", "cwd=%s", untrusted(*PICK(dirs)));
	if (c->paths == 2)
		add_path(0, dir, "PARENT", 1);
	add_path((int)c->paths - 1, path, c->nr == 87 || c->nr == 263 ? "DELETE" : "NORMAL", 0);
	add_proctitle(p->comm, strlen(p->comm));
}

static void ev_net(void)
{
	const struct sysc *c = &calls[8 + below(3)];
	const struct prog *p = PICK_SKEWED(progs);
	unsigned char sa[16] = {2, 0};
	unsigned port = one_in(2) ? 443 : 1024 + (unsigned)below(60000);
	int i;

	add_syscall(c, p, "network", 0);
	sa[2] = (unsigned char)(port >> 8);
	sa[3] = (unsigned char)port;
	for (i = 4; i < 8; i++)
		sa[i] = (unsigned char)(1 + below(250));
	add("SOCKADDR", "saddr=%s", hex(sa, sizeof(sa)));
	enrich("SADDR={ saddr_fam=inet laddr=%u.%u.%u.%u lport=%u }", sa[4], sa[5], sa[6], sa[7],
	       port);
	add_proctitle(p->comm, strlen(p->comm));
}

static void ev_avc(void)
{
	const struct prog *p = PICK_SKEWED(progs);
	const char *perm = one_in(2) ? "read" : "write open", *name = *PICK(files);
	const char *type = one_in(2) ? "shadow_t" : "user_home_t";
	unsigned pid = pick_pid(), inode = pick_inode();

	add("AVC",
	    "avc:  denied  { %s } for  pid=%u comm=%s name=%s dev=\"dm-0\" ino=%u "
	    "scontext=system_u:system_r:httpd_t:s0 tcontext=system_u:object_r:%s:s0 tclass=file "
	    "permissive=0",
	    perm, pid, untrusted(p->comm), untrusted(name), inode, type);
	add_syscall(&calls[0], p, NULL, 0);
	add_proctitle(p->comm, strlen(p->comm));
}

/* The single-record user space message all daemons and PAM share. */
static void user_msg(const char *type, const struct user *auid, unsigned ses, const char *body)
{
	add(type, "pid=%u uid=0 auid=%u ses=%u subj=unconfined msg='%s'", pick_pid(),
	    auid ? auid->uid : 4294967295u, auid ? ses : 4294967295u, body);
	enrich("UID=\"root\" AUID=\"%s\"", auid ? auid->name : "unset");
}

static void ev_pam(void)
{
	static const struct {
		const char *type, *op;
		int set;
	} step[] = {
		{"USER_AUTH", "PAM:authentication", 0}, {"USER_ACCT", "PAM:accounting", 0},
		{"CRED_ACQ", "PAM:setcred", 0},         {"USER_START", "PAM:session_open", 1},
		{"CRED_REFR", "PAM:setcred", 1},        {"CRED_DISP", "PAM:setcred", 1},
		{"USER_END", "PAM:session_close", 1},
	};
	const struct user *u = &users[1 + skewed(LEN(users) - 1)];
	size_t s = skewed(LEN(step));
	const char *host = *PICK_SKEWED(hosts);
	int fail = s == 0 && one_in(4), sudo = one_in(3);
	char body[512];

	snprintf(body, sizeof(body),
		 "op=%s grantors=%s acct=\"%s\" exe=\"%s\" hostname=%s addr=%s terminal=%s res=%s",
		 step[s].op, fail ? "?" : "pam_permit,pam_unix", u->name,
		 sudo ? "/usr/bin/sudo" : "/usr/sbin/sshd", sudo ? "?" : host, sudo ? "?" : host,
		 sudo ? "/dev/pts/1" : "ssh", fail ? "failed" : "success");
	user_msg(step[s].type, step[s].set ? u : NULL, pick_session(), body);
}

static void ev_login(void)
{
	const struct user *u = &users[1 + skewed(LEN(users) - 1)];
	const char *host = *PICK_SKEWED(hosts);
	char body[512];

	if (one_in(2)) {
		unsigned ses = pick_session(), pid = pick_pid();

		add("LOGIN",
		    "pid=%u uid=0 subj=unconfined old-auid=4294967295 auid=%u tty=(none) "
		    "old-ses=4294967295 ses=%u res=1",
		    pid, u->uid, ses);
		enrich("UID=\"root\" OLD-AUID=\"unset\" AUID=\"%s\"", u->name);
	} else if (one_in(3)) {
		snprintf(body, sizeof(body),
			 "op=login acct=%s exe=\"/usr/sbin/sshd\" hostname=? addr=%s terminal=ssh "
			 "res=failed",
			 one_in(2) ? "28756E6B6E6F776E207573657229" : "\"admin\"", host);
		user_msg("USER_LOGIN", NULL, 0, body);
	} else {
		snprintf(body, sizeof(body),
			 "op=login id=%u exe=\"/usr/sbin/sshd\" hostname=%s addr=%s "
			 "terminal=/dev/pts/0 res=success",
			 u->uid, host, host);
		user_msg("USER_LOGIN", u, pick_session(), body);
	}
}

static void ev_service(void)
{
	const char *unit = *PICK(units), *res = one_in(20) ? "failed" : "success";
	char body[256];

	snprintf(body, sizeof(body),
		 "unit=%s comm=\"systemd\" exe=\"/usr/lib/systemd/systemd\" hostname=? addr=? "
		 "terminal=? res=%s",
		 unit, res);
	user_msg(one_in(2) ? "SERVICE_START" : "SERVICE_STOP", NULL, 0, body);
}

static void ev_rare(void)
{
	const struct user *u = &users[1 + skewed(LEN(users) - 1)];
	const struct prog *p = PICK_SKEWED(progs);
	unsigned ses = pick_session(), pid = pick_pid(), small = (unsigned)below(50);
	uint64_t fp = rnd();
	int odd = one_in(2), fail = one_in(9);
	char body[512];

	switch (below(10)) {
	case 0:
		add("CONFIG_CHANGE",
		    "auid=%u ses=%u subj=unconfined op=add_rule key=\"%s\" list=4 res=1", u->uid,
		    ses, *PICK(keys));
		enrich("AUID=\"%s\"", u->name);
		break;
	case 1:
		snprintf(body, sizeof(body),
			 "op=add-user id=%u exe=\"/usr/sbin/useradd\" hostname=? addr=? "
			 "terminal=pts/0 res=success",
			 3000 + small);
		user_msg("ADD_USER", u, ses, body);
		break;
	case 2:
		snprintf(body, sizeof(body),
			 "cwd=\"/home/%s\" cmd=%s exe=\"/usr/bin/sudo\" terminal=pts/0 res=%s",
			 u->name,
			 odd ? "6C73202D6C61202F726F6F74"
			     : "73797374656D63746C2072657374617274206E67696E78",
			 fail ? "failed" : "success");
		user_msg("USER_CMD", u, ses, body);
		break;
	case 3:
		add("ANOM_ABEND",
		    "auid=%u uid=%u gid=%u ses=%u subj=unconfined pid=%u comm=%s exe=%s sig=11 "
		    "res=1",
		    u->uid, u->uid, u->gid, ses, pid, untrusted(p->comm), untrusted(p->exe));
		enrich("AUID=\"%s\" UID=\"%s\" GID=\"%s\"", u->name, u->name, u->name);
		break;
	case 4:
		snprintf(body, sizeof(body),
			 "op=destroy kind=server fp=SHA256:%016" PRIx64
			 " direction=? spid=%u suid=0  exe=\"/usr/sbin/sshd\" hostname=? addr=? "
			 "terminal=? res=success",
			 fp, pid);
		user_msg("CRYPTO_KEY_USER", NULL, 0, body);
		break;
	case 5:
		add("MAC_STATUS",
		    "enforcing=1 old_enforcing=0 auid=%u ses=%u enabled=1 old-enabled=1 "
		    "lsm=selinux res=1",
		    u->uid, ses);
		enrich("AUID=\"%s\"", u->name);
		break;
	case 6:
		add("BPF", "prog-id=%u op=%s", small * 17, odd ? "LOAD" : "UNLOAD");
		break;
	case 7:
		add("SECCOMP",
		    "auid=%u uid=%u gid=%u ses=%u subj=unconfined pid=%u comm=%s exe=%s sig=31 "
		    "arch=c000003e syscall=41 compat=0 ip=0x7f1c2a code=0x80000000",
		    u->uid, u->uid, u->gid, ses, pid, untrusted(p->comm), untrusted(p->exe));
		enrich("AUID=\"%s\" UID=\"%s\" GID=\"%s\" ARCH=x86_64 SYSCALL=socket", u->name,
		       u->name, u->name);
		break;
	case 8:
		snprintf(body, sizeof(body),
			 "virt=kvm op=start reason=booted vm=\"vm%u\" "
			 "uuid=4dea22b3-1d52-d8f3-2516-782e98ab3fa0 vm-pid=%u "
			 "exe=\"/usr/sbin/libvirtd\" hostname=? addr=? terminal=? res=success",
			 small % 9, pid);
		user_msg("VIRT_CONTROL", NULL, 0, body);
		break;
	default:
		add("TTY",
		    "tty pid=%u uid=%u auid=%u ses=%u major=136 minor=0 comm=\"bash\" "
		    "data=6C73202D6C0D",
		    pid, u->uid, u->uid, ses);
		enrich("UID=\"%s\" AUID=\"%s\"", u->name, u->name);
	}
}

static void emit(const char *line)
{
	size_t n = strlen(line);

	if (fwrite(line, 1, n, out) != n || putc('\n', out) == EOF) {
		perror("genlog: write");
		exit(1);
	}
	bytes += n + 1;
	records++;
}

static void build_event(void)
{
	unsigned k = (unsigned)below(100);

	nrec = 0;
	if (k < 22)
		ev_exec();
	else if (k < 62)
		ev_file();
	else if (k < 72)
		ev_net();
	else if (k < 74)
		ev_avc();
	else if (k < 88)
		ev_pam();
	else if (k < 91)
		ev_login();
	else if (k < 97)
		ev_service();
	else
		ev_rare();
	events++;
}

static void usage(FILE *f)
{
	fprintf(f, "usage: genlog [-s MIB] [-S SEED] [-t START] [-r RATE] [-I PERCENT] [-n NODE] "
		   "[-R]\n"
		   "  -s MIB      stop after about this many MiB (64)\n"
		   "  -S SEED     random seed (1)\n"
		   "  -t START    epoch second of the first event (1700000000)\n"
		   "  -r RATE     mean events a second of log time (15)\n"
		   "  -I PERCENT  events whose records are interleaved with the next event's (2)\n"
		   "  -n NODE     put node=NAME before each record\n"
		   "  -R          RAW: no 0x1d interpretation tail\n"
		   "known needles: key=needle ~1/20000, pid=4242 ~1/10000, key=exec ~22%% of "
		   "events\n");
}

static uint64_t number(const char *text)
{
	uint64_t value;

	if (!num_u64(sv_cstr(text), &value)) {
		fprintf(stderr, "genlog: not a number: %s\n", text);
		exit(2);
	}
	return value;
}

int main(int argc, char **argv)
{
	static char held[MAX_RECORDS][MAX_RECORD];
	uint64_t mib = 64, start = 1700000000, rate = 15, interleave = 2, want, mid = 0;
	unsigned nheld = 0, i;
	int c;

	rng_state = 1;
	while ((c = getopt(argc, argv, "s:S:t:r:I:n:Rh")) != -1)
		switch (c) {
		case 's':
			mib = number(optarg);
			break;
		case 'S':
			rng_state = number(optarg);
			break;
		case 't':
			start = number(optarg);
			break;
		case 'r':
			rate = number(optarg);
			break;
		case 'I':
			interleave = number(optarg);
			break;
		case 'n':
			node = optarg;
			break;
		case 'R':
			enriched = 0;
			break;
		case 'h':
			usage(stdout);
			return 0;
		default:
			usage(stderr);
			return 2;
		}
	if (rate == 0 || rate > 1000000) {
		fprintf(stderr, "genlog: RATE must be 1 to 1000000\n");
		return 2;
	}
	out = stdout;
	want = mib << 20;
	now_us = start * 1000000;

	while (bytes < want) {
		build_event();
		/* Held records of the event before go out after this one's first. */
		emit(rec[0]);
		for (i = 0; i < nheld; i++)
			emit(held[i]);
		nheld = 0;
		if (nrec > 2 && below(100) < interleave) {
			emit(rec[1]);
			nheld = nrec - 2;
			memcpy(held, rec + 2, nheld * sizeof(held[0]));
		} else {
			for (i = 1; i < nrec; i++)
				emit(rec[i]);
		}
		if (!mid && bytes >= want / 2)
			mid = now_us / 1000000;
		serial++;
		/* A third come at once after the last: the mean gap is 1 s / rate. */
		now_us += one_in(3) ? 0 : below(3 * 1000000 / rate);
	}
	for (i = 0; i < nheld; i++)
		emit(held[i]);
	if (fflush(out)) {
		perror("genlog: write");
		return 1;
	}
	fprintf(stderr,
		"genlog: %" PRIu64 " bytes %" PRIu64 " events %" PRIu64 " records start=%" PRIu64
		" mid=%" PRIu64 " end=%" PRIu64 "\n",
		bytes, events, records, start, mid, now_us / 1000000);
	return 0;
}
