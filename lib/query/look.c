/*
 * The table behind every search option: which fields of which record types are looked at.
 * Types follow <linux/audit.h> and, for user space, the audit specification's message
 * dictionary; the choice of fields is the reference's, but for docs/differences.md.
 *
 * Who wrote a field matters. Ids and sessions are taken from the record's own part only; what
 * only a user-space program can know (host, terminal, account work, its result) from inside
 * its msg='...'.
 */
#include "query/look.h"

#include "table/usertype.h"

#include <linux/audit.h>

#define OWN(item, names, read)                                                                     \
	{                                                                                          \
		QUERY_##item, names, FIELD_KERNEL, read, LOOK_OVERRIDES, false, NULL               \
	}
#define USER(item, names, read)                                                                    \
	{                                                                                          \
		QUERY_##item, names, FIELD_USER, read, LOOK_OVERRIDES, false, NULL                 \
	}
#define OWN_FIRST(item, names, read)                                                               \
	{                                                                                          \
		QUERY_##item, names, FIELD_KERNEL, read, LOOK_FIRST, false, NULL                   \
	}
#define OWN_LAST(item, names, read)                                                                \
	{                                                                                          \
		QUERY_##item, names, FIELD_KERNEL, read, LOOK_OVERRIDES, true, NULL                \
	}
#define OWN_OR(item, names, read, missing)                                                         \
	{                                                                                          \
		QUERY_##item, names, FIELD_KERNEL, read, LOOK_OVERRIDES, false, missing            \
	}
#define FIRST_OR(item, names, read, missing)                                                       \
	{                                                                                          \
		QUERY_##item, names, FIELD_KERNEL, read, LOOK_FIRST, false, missing                \
	}
#define CLASS(name, hook, more)                                                                    \
	static const struct look_class class_##name = {name##_rows, LEN(name##_rows), hook, more}

#define UNSET "4294967295"

/* A task did something: who it was. */
static const struct look_row task_rows[] = {
	OWN(PPID, "ppid", read_number),
	OWN(PID, "pid", read_number),
	OWN(AUID, "auid|loginuid", read_user),
	OWN(UID, "uid", read_user),
	OWN(GID, "gid", read_number),
	OWN(EUID, "euid", read_user),
	OWN(EGID, "egid", read_number),
	OWN(TERMINAL, "tty", read_plain),
	OWN(SESSION, "ses", read_number),
	OWN(COMM, "comm", read_encoded),
	OWN(EXE, "exe", read_encoded),
	OWN(SUBJECT, "subj", read_plain),
	OWN(SUCCESS, "success|res", read_success),
	OWN(KEY, "key", read_key),
	OWN(EXIT, "exit", read_exit),
};
CLASS(task, NULL, NULL);

static const struct look_row syscall_rows[] = {
	OWN(MACHINE, "arch", read_machine),
	OWN(SYSCALL, "syscall", read_number),
};
CLASS(syscall, NULL, &class_task);

static const struct look_row cwd_rows[] = {
	{QUERY_CWD, "cwd", FIELD_KERNEL, read_cwd, LOOK_FIRST, false, NULL},
};
CLASS(cwd, NULL, NULL);

static const struct look_row path_rows[] = {
	OWN(FILE, "name", read_path),
	OWN(OBJECT, "obj", read_plain),
};
CLASS(path, NULL, NULL);

static const struct look_row avc_path_rows[] = {
	OWN(FILE, "path", read_path),
};
CLASS(avc_path, NULL, NULL);

static const struct look_row object_rows[] = {
	OWN(OBJECT, "obj", read_plain),
};
CLASS(object, NULL, NULL);

static const struct look_row sockaddr_rows[] = {
	OWN(FILE, "saddr", read_socket),
	OWN(HOST, "saddr", read_socket),
};
CLASS(sockaddr, NULL, NULL);

/* Before 3.14 the kernel wrote "old auid=0 new auid=1000": the last one is the new one. */
static const struct look_row login_rows[] = {
	OWN(PID, "pid", read_number),
	OWN(UID, "uid", read_user),
	OWN(SUBJECT, "subj", read_plain),
	OWN_LAST(AUID, "auid|loginuid", read_user),
	OWN_LAST(SESSION, "ses", read_number),
	OWN_OR(SUCCESS, "res", read_success, "1"), /* old kernels only told of success */
};
CLASS(login, NULL, NULL);

/* A program with CAP_AUDIT_WRITE reports. The kernel puts who it is in front. */
static const struct look_row user_rows[] = {
	OWN(PID, "pid", read_number),
	OWN(UID, "uid", read_user),
	/* Old login programs name the user they act for; the sender stays findable. */
	{QUERY_UID, "uid", FIELD_USER, read_user, LOOK_EITHER, false, NULL},
	OWN(AUID, "auid|loginuid", read_user),
	OWN(SESSION, "ses", read_number),
	OWN(SUBJECT, "subj", read_plain),
	USER(VM, "vm", read_encoded),
	USER(UUID, "uuid", read_uuid),
	USER(COMM, "comm", read_encoded),
	USER(ACCOUNT, "acct", read_loose),
	USER(HOST, "hostname", read_host),
	USER(CWD, "cwd", read_cwd),
	USER(TERMINAL, "terminal", read_plain),
	USER(EXE, "exe", read_loose),
	USER(SUCCESS, "res|result", read_success),
};
CLASS(user, NULL, NULL);

static const struct look_row user_group_rows[] = {
	USER(GID, "id", read_number),
};
CLASS(user_group, NULL, &class_user);

static const struct look_row user_group_mgmt_rows[] = {
	USER(GID, "id|gid", read_number),
};
CLASS(user_group_mgmt, NULL, &class_user);

static const struct look_row user_avc_rows[] = {
	USER(OBJECT, "tcontext", read_plain),
};
CLASS(user_avc, read_verdict, &class_user);

static const struct look_row virt_resource_rows[] = {
	USER(FILE, "path|new-disk", read_path),
};
CLASS(virt_resource, NULL, &class_user);

static const struct look_row virt_machine_rows[] = {
	USER(SUBJECT, "vm-ctx", read_plain),
	USER(OBJECT, "img-ctx", read_plain),
};
CLASS(virt_machine, NULL, &class_user);

/* auditd speaking of itself. */
static const struct look_row daemon_rows[] = {
	OWN(AUID, "auid", read_user),     OWN(PID, "pid", read_number),
	OWN(UID, "uid", read_user),       OWN(SESSION, "ses", read_number),
	OWN(SUBJECT, "subj", read_plain), OWN(SUCCESS, "res", read_success),
};
CLASS(daemon, NULL, NULL);

static const struct look_row daemon_network_rows[] = {
	OWN(HOST, "addr", read_address),
	OWN(SUCCESS, "res", read_success),
};
CLASS(daemon_network, NULL, NULL);

/* Changes of rules and policy. */
static const struct look_row policy_rows[] = {
	OWN(AUID, "auid", read_user),      OWN(SESSION, "ses", read_number),
	OWN(SUBJECT, "subj", read_plain),  OWN(KEY, "key", read_key),
	OWN(SUCCESS, "res", read_success),
};
CLASS(policy, NULL, NULL);

/* The kernel says res= only where it could fail. */
static const struct look_row config_rows[] = {
	OWN(AUID, "auid", read_user),     OWN(SESSION, "ses", read_number),
	OWN(SUBJECT, "subj", read_plain), OWN(KEY, "key", read_key),
	OWN(FILE, "path", read_path),     OWN_OR(SUCCESS, "res", read_success, "1"),
};
CLASS(config, NULL, NULL);

static const struct look_row avc_rows[] = {
	OWN(PID, "pid", read_number),        OWN_FIRST(COMM, "comm", read_encoded),
	OWN(FILE, "path|name", read_path),   OWN(SUBJECT, "scontext", read_plain),
	OWN(OBJECT, "tcontext", read_plain),
};
CLASS(avc, read_verdict, NULL);

static const struct look_row packet_rows[] = {
	OWN(HOST, "saddr", read_plain),
	OWN(OBJECT, "obj", read_plain),
};
CLASS(packet, NULL, NULL);

static const struct look_row promiscuous_rows[] = {
	OWN(AUID, "auid", read_user),
	OWN(UID, "uid", read_user),
	OWN(GID, "gid", read_number),
	OWN(SESSION, "ses", read_number),
};
CLASS(promiscuous, NULL, NULL);

static const struct look_row anomaly_rows[] = {
	OWN(SUBJECT, "subj", read_plain),  OWN(PID, "pid", read_number),
	OWN(COMM, "comm", read_encoded),   OWN(EXE, "exe", read_encoded),
	OWN(SUCCESS, "res", read_success),
};
CLASS(anomaly, NULL, &class_promiscuous);

static const struct look_row seccomp_rows[] = {
	OWN(MACHINE, "arch", read_machine),
	OWN(SYSCALL, "syscall", read_number),
};
CLASS(seccomp, NULL, &class_anomaly);

static const struct look_row integrity_rows[] = {
	OWN(PID, "pid", read_number),     OWN(UID, "uid", read_user),
	OWN(AUID, "auid", read_user),     OWN(SESSION, "ses", read_number),
	OWN(SUBJECT, "subj", read_plain), OWN(COMM, "comm", read_encoded),
	OWN(FILE, "name", read_path),     OWN(SUCCESS, "res", read_success),
};
CLASS(integrity, NULL, NULL);

/*
 * Written beside or before the SYSCALL record of their event, with or without the task: they
 * never override it. A record that does not name the task is the kernel's own doing.
 */
static const struct look_row kernel_rows[] = {
	OWN_FIRST(PID, "pid", read_number),
	FIRST_OR(UID, "uid", read_user, "0"),
	FIRST_OR(AUID, "auid", read_user, UNSET),
	FIRST_OR(TERMINAL, "tty", read_plain, "(none)"),
	FIRST_OR(SESSION, "ses", read_number, UNSET),
	OWN_FIRST(SUBJECT, "subj", read_plain),
	OWN_FIRST(COMM, "comm", read_encoded),
	FIRST_OR(EXE, "exe", read_encoded, "(null)"),
	OWN(SUCCESS, "res", read_success),
};
CLASS(kernel, NULL, NULL);

static const struct look_row tty_rows[] = {
	OWN(PID, "pid", read_number),    OWN(UID, "uid", read_user),
	OWN(AUID, "auid", read_user),    OWN(SESSION, "ses", read_number),
	OWN(COMM, "comm", read_encoded),
};
CLASS(tty, NULL, NULL);

/* The first range that holds the type counts. */
static const struct {
	uint32_t first, last;
	const struct look_class *class;
} classes[] = {
	{AUDIT_SYSCALL, AUDIT_SYSCALL, &class_syscall},
	{AUDIT_PATH, AUDIT_PATH, &class_path},
	{AUDIT_CWD, AUDIT_CWD, &class_cwd},
	{AUDIT_USER_AVC, AUDIT_USER_AVC, &class_user_avc},
	{AUDIT_ADD_GROUP, AUDIT_DEL_GROUP, &class_user_group},
	{AUDIT_GRP_MGMT, AUDIT_GRP_MGMT, &class_user_group_mgmt},
	{AUDIT_LOGIN, AUDIT_LOGIN, &class_login},
	{AUDIT_USER, AUDIT_USER, &class_user},
	{AUDIT_FIRST_USER_MSG, AUDIT_LAST_USER_MSG, &class_user},
	{AUDIT_DAEMON_START, AUDIT_DAEMON_RESUME, &class_daemon},
	{AUDIT_DAEMON_ACCEPT, AUDIT_DAEMON_CLOSE, &class_daemon_network},
	{AUDIT_IPC, AUDIT_IPC, &class_object},
	{AUDIT_CONFIG_CHANGE, AUDIT_CONFIG_CHANGE, &class_config},
	{AUDIT_SOCKADDR, AUDIT_SOCKADDR, &class_sockaddr},
	{AUDIT_OBJ_PID, AUDIT_OBJ_PID, &class_object},
	{AUDIT_TTY, AUDIT_TTY, &class_tty},
	{AUDIT_NETFILTER_PKT, AUDIT_NETFILTER_PKT, &class_packet},
	{AUDIT_NETFILTER_CFG, AUDIT_NETFILTER_CFG, &class_kernel},
	{AUDIT_SECCOMP, AUDIT_SECCOMP, &class_seccomp},
	{AUDIT_FEATURE_CHANGE, AUDIT_FEATURE_CHANGE, &class_task},
	{AUDIT_EVENT_LISTENER, AUDIT_EVENT_LISTENER, &class_kernel},
	{AUDIT_URINGOP, AUDIT_URINGOP, &class_task},
	{AUDIT_DM_CTRL, AUDIT_DM_EVENT, &class_task},
	{AUDIT_AVC, AUDIT_AVC, &class_avc},
	{AUDIT_AVC_PATH, AUDIT_AVC_PATH, &class_avc_path},
	{AUDIT_MAC_POLICY_LOAD, AUDIT_MAC_UNLBL_STCDEL, &class_policy},
	{AUDIT_ANOM_PROMISCUOUS, AUDIT_ANOM_PROMISCUOUS, &class_promiscuous},
	{AUDIT_ANOM_ABEND, AUDIT_ANOM_ABEND, &class_anomaly},
	{AUDIT_ANOM_LINK, AUDIT_ANOM_LINK, &class_task},
	{AUDIT_INTEGRITY_DATA, AUDIT_INTEGRITY_RULE, &class_integrity},
	{AUDIT_VIRT_RESOURCE, AUDIT_VIRT_RESOURCE, &class_virt_resource},
	{AUDIT_VIRT_MACHINE_ID, AUDIT_VIRT_MACHINE_ID, &class_virt_machine},
	{AUDIT_FIRST_USER_MSG2, AUDIT_LAST_USER_MSG2, &class_user},
};

const struct look_class *look_class_of(uint32_t type)
{
	for (size_t i = 0; i < LEN(classes); i++)
		if (type >= classes[i].first && type <= classes[i].last)
			return classes[i].class;
	return NULL;
}

const struct look_class *look_class_at(size_t i)
{
	return i < LEN(classes) ? classes[i].class : NULL;
}
