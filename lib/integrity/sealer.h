/*
 * Seals a log while it is written: hashes each line into the log's tree, and signs the tree at least
 * once a second while lines come. docs/format-seal.md has the bytes.
 *
 *	struct sealer *s = sealer_new(&options, &e);	-- before the log is opened
 *	log_open(...)					-- listener: sealer_opened(s, fd, size)
 *	sealer_start(s);				-- before the first line is appended
 *	... sealer_appended(s, lines) ... sealer_opened(s, fd, 0) ...
 *	while (sealer_take_news(s, &news)) ... put a record of it into the log ...
 *	sealer_stop(s, SEALER_STOP_MS, &e);		-- behind the last line, before the log is closed
 *	sealer_free(s);
 *
 * The recorder's thread calls all of this, and none of it but sealer_new, sealer_start and sealer_stop
 * waits for the disk. A thread of the sealer's own brings lines to the disk, then their hashes, then what is
 * signed, in this order: what a commit says is on the disk before it. What fails is tried again each
 * second, for ever; until then the state is SEALER_UNSEALED and lines are hashed as before, so that a later
 * checkpoint covers them. Nothing here makes the recorder lose a line.
 *
 * Without `integrity/`, without a key, or where what is there contradicts itself, sealer_new succeeds all
 * the same: the state is SEALER_UNSEALED and says why. What the system refused is tried again by the thread,
 * once a minute, and at once when the log is rotated or sealer_configure() is called; it reads then what was
 * written meanwhile.
 */
#ifndef AURUM_INTEGRITY_SEALER_H
#define AURUM_INTEGRITY_SEALER_H

#include "base/attr.h"
#include "base/err.h"
#include "base/sv.h"
#include "integrity/disk.h"
#include "log/writer.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define SEALER_CHECKPOINT_MS 1000
#define SEALER_EPOCH_S       10
#define SEALER_IDLE_EPOCH_S  60
#define SEALER_HEARTBEAT_S   10
#define SEALER_LINES_MAX     65536 /* so many are signed before checkpoint_ms has passed */
#define SEALER_STOP_MS       5000
#define SEALER_KEYS_AT_START ((uint64_t)64 << 20)

struct reserve;
struct seal_secret;
struct sealer;

/* Time, and chance for new keys. Tests have others. */
struct sealer_world {
	uint64_t (*wall_ns)(void *ctx);            /* since 1970 */
	uint64_t (*boot_ns)(void *ctx);            /* CLOCK_BOOTTIME: goes on in suspend */
	int (*random)(void *ctx, uint8_t out[32]); /* 0, or -1 with errno */
};

extern const struct sealer_world sealer_world_system; /* takes no ctx */

/* What a reload may change. 0 is the default of each number but num_logs. */
struct sealer_settings {
	unsigned checkpoint_ms;         /* from a line to the signature that covers it */
	unsigned epoch_s, idle_epoch_s; /* a key's life, while lines come and while none do */
	unsigned heartbeat_s;           /* between two checkpoints, without a line */
	bool keeps_leaves;              /* hashes of all lines, else of the newest only */
	unsigned num_logs; /* files that policy keeps; 0: it removes none, but for want of space */
};

struct sealer_options {
	const char *log_path; /* absolute; copied */
	gid_t group;          /* may read the log, and so its seal; 0: nobody but the owner */
	struct sealer_settings settings;
	/*
	 * Where the epoch's keys live; one that was adopted lets the chain go on. Borrowed; of this thread
	 * until sealer_start(), of the sealer's from then on until sealer_stop().
	 */
	struct seal_secret *secret;
	/*
	 * Somebody keeps the secret over a restart: it is not wiped where the end could not be signed. (Behind
	 * a stop note no key of the chain's is left in any case.)
	 */
	bool outlives_us;
	struct reserve *reserve;           /* the key at rest; borrowed likewise */
	const struct integrity_disk *disk; /* NULL: the system's */
	void *disk_ctx;
	const struct sealer_world *world; /* NULL: the system's */
	void *world_ctx;
	/* Bytes of notes that sealer_new() reads, the thread reads more; 0: SEALER_KEYS_AT_START. */
	uint64_t keys_at_start;
	/* No thread: nothing happens but in sealer_turn(). For tests and for who makes logs. */
	bool is_driven;
};

enum sealer_state {
	SEALER_STARTING, /* no signature yet since the start */
	SEALER_SEALED,
	SEALER_UNSEALED, /* lines are not covered in time: figures.why */
	SEALER_STOPPED,
};

struct sealer_figures {
	enum sealer_state state;
	char why[256];          /* for a person; empty while it is sealed */
	char origin[256];       /* empty while it is not known */
	uint64_t since_ns;      /* wall clock: when the state began */
	uint64_t size;          /* lines in the tree */
	uint64_t sealed;        /* of these, covered by a signature on the disk */
	uint64_t sealed_ns;     /* wall clock of that signature */
	uint64_t epoch, starts; /* starts: start notes, this one included */
	uint64_t first_kept;    /* index of the first line that the log still has */
	uint64_t checkpoints, hand_overs, failures; /* since sealer_start() */
	uint64_t unsealed_times;                    /* how often the state became SEALER_UNSEALED */
};

/* What the log is to say about its own seal. sealer_news.def has a row for each. */
enum sealer_news_kind {
#define NEWS(id, word, is_trouble) SEALER_NEWS_##id,
#include "integrity/sealer_news.def"
#undef NEWS
	SEALER_NEWS_KINDS
};

struct sealer_news {
	enum sealer_news_kind kind;
	uint64_t from, to; /* lines [from, to), as far as it is about lines; else 0, 0 */
	char text[256];    /* why, or what more there is to say; printable, may be empty */
};

/*
 * Reads what is in `integrity/`, takes its lock, and keeps what a crash left of a line, which log_open()
 * will cut off. NULL: no memory, or no OpenSSL.
 */
MUST_CHECK struct sealer *sealer_new(const struct sealer_options *o, struct err *e);

/*
 * Behind log_open(), which must have told sealer_opened(): compares the log with what was signed, hashes
 * what was written behind that, and starts the thread. Reads as much as the live file holds. True when
 * the log should be rotated: lines that were signed are missing at its end.
 */
bool sealer_start(struct sealer *s);
/* The same of a beginning that came later; true once. */
MUST_CHECK bool sealer_should_rotate(struct sealer *s);

/* Stops and frees; NULL is fine. Without sealer_stop() before it the log ends unclean. */
void sealer_free(struct sealer *s);

/* ---- the recorder tells; none of it blocks ---- */

/*
 * Lines go to this file from now on: as log_listener.opened. The same file again continues; another one
 * begins a segment. fd is duplicated.
 */
void sealer_opened(struct sealer *s, int fd, uint64_t size);
void sealer_appended(struct sealer *s, struct sv lines);
/* As log_listener.fragment: these bytes of the file have become a line. Reads them. */
void sealer_fragment(struct sealer *s, uint64_t offset, uint64_t bytes);
/* An old file was removed, for this reason. */
void sealer_removed(struct sealer *s, enum log_removal why);
/* All of the above: a listener for log_options. */
struct log_listener sealer_listener(struct sealer *s);

/* A new key at rest, for the next start. */
void sealer_rotate_keys(struct sealer *s);
void sealer_configure(struct sealer *s, const struct sealer_settings *settings);

/* The oldest that was not taken yet. False: there is none. With more than 32, the newest takes the place of the last. */
MUST_CHECK bool sealer_take_news(struct sealer *s, struct sealer_news *news);
/* "op=seal-unsealed cause="disk" from=12 to=40 ... res=failed": the body of a record. */
void sealer_news_put(const struct sealer_news *news, struct buf *out);
/* It is about something that is wrong. */
bool sealer_news_is_trouble(const struct sealer_news *news);

void sealer_figures(struct sealer *s, struct sealer_figures *out);

/* ---- the end ---- */

/*
 * Covers the last line, ends the epoch and signs that nothing follows; the thread has ended then. Waits
 * at most patience_ms for the disk. -1: it did not come to that, and the next start is unclean; *e says why.
 */
MUST_CHECK int sealer_stop(struct sealer *s, unsigned patience_ms, struct err *e);

/* ---- driven ---- */

/* What the thread would do now. How many ms from now there is something to do again. */
unsigned sealer_turn(struct sealer *s);

#endif
