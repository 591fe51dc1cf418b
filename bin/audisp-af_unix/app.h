/* What the parts of audisp-af_unix share. */
#ifndef AURUM_BIN_AF_UNIX_APP_H
#define AURUM_BIN_AF_UNIX_APP_H

#include "common/plugin.h"
#include "log/fanout.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>

#define DEFAULT_MODE  0640
#define DEFAULT_PATH  PLUGIN_RUN_FOLDER "/audispd_events"
#define DEFAULT_DEPTH 512
#define STATE_PATH    PLUGIN_RUN_FOLDER "/af_unix.state"
#define CLIENTS_MAX   64

/* listener.c: the socket in the file system. */
struct listener {
	char path[sizeof(((struct sockaddr_un *)NULL)->sun_path)];
	mode_t mode;
	int fd;
	dev_t device;
	ino_t inode; /* of the socket: what stands there at the end may be somebody else's */
};

/*
 * Listens at path. A socket that stands there is replaced only when nobody answers; anything else is
 * left alone. It appears with its mode, in one step. -1 with the sentence; nothing is held then.
 */
MUST_CHECK int listener_open(struct listener *l, const char *path, mode_t mode, struct err *e);
/* Stops to listen, and removes the socket if it is still this one. */
void listener_close(struct listener *l);

struct client {
	int fd;
	struct fanout_taker *taker;
	struct ucred peer;
	time_t since;
	uint64_t bytes;
	bool is_blocked; /* its socket took no more the last time */
};

struct app {
	struct plugin plugin;
	struct listener listener;
	enum dispatch_framing format; /* for clients */
	size_t depth;
	struct fanout *fanout;
	struct client clients[CLIENTS_MAX];
	size_t count, count_max, deepest;
	size_t unserved;               /* records put since clients were served last */
	bool is_crowded;               /* and it was told */
	uint64_t connections, refused; /* and so many more that were too many */
	uint64_t lost;                 /* by clients that have left */
	uint64_t unusable;             /* records that no client could be given */
	int64_t accept_after_ms;       /* 0: at once */
	struct buf line, frame;
};

/* client.c */
void clients_accept(struct app *app);
void clients_put(struct app *app, const struct dispatch_record *record);
/* Sends what each takes at once. Clients that left are forgotten. */
void clients_serve(struct app *app);
void client_drop(struct app *app, size_t i);
bool clients_are_waiting(const struct app *app);

/* report.c */
void report_write(struct app *app);

#endif
