/*
 * Inside lib/integrity: the sealer's own. Two threads share it: the recorder's, which tells what is in the
 * log, and the sealer's, which brings it to the disk and signs. What both use is under the lock; the disk
 * and the keys are the sealer's alone, and it never holds the lock while it waits for them.
 */
#ifndef AURUM_INTEGRITY_SEALER_PRIV_H
#define AURUM_INTEGRITY_SEALER_PRIV_H

#include "integrity/ledger.h"
#include "integrity/recover.h"
#include "integrity/reserve.h"
#include "integrity/sealer.h"
#include "log/set.h"
#include "log/writer.h"
#include "seal/checkpoint.h"
#include "seal/key.h"
#include "seal/secret.h"

#include <pthread.h>

#define SEALER_NEWS_MAX   32
#define SEALER_HASHES_MAX ((size_t)1 << 20) /* that wait: 32 MiB, minutes of the heaviest load */
#define SEALER_NOTE_MAX   ((size_t)16 << 10)
#define SEALER_OVERDUE_MS 5000              /* a line that is not covered by then */
#define MS                UINT64_C(1000000) /* ns */
#define SECOND            (1000 * MS)

/* Hashes that wait to be written: [first, first + n) of a level. */
struct sealer_hashes {
	struct seal_hash *p;
	size_t n, cap;
	uint64_t first;
};

/* A file that lines go to, or went to. */
struct sealer_file {
	int fd; /* our own, for reading and syncing */
	uint64_t number;
	struct log_identity id;
	uint64_t first, offset; /* of its first line */
	struct seal_hash of[SEAL_PLACE_LEVELS];
	/* under the lock while it grows, constant once it has ended */
	uint64_t bytes; /* behind its last line */
	bool ended;
	uint64_t end;             /* index behind its last line */
	struct seal_range at_end; /* the tree there */
	/* the thread's */
	bool is_announced; /* its record is on the disk, or waits */
	bool is_ended;     /* so is that of its end */
	bool is_named;     /* the log's folder was synced behind its beginning */
	bool is_doubtful;  /* the disk refused lines of it: see sealer_doubt.c */
};

/* What there is to do, as it was at one moment. */
struct sealer_job {
	struct seal_range range;
	/* Oldest first; kept for the next job. All but the last have ended, and that one may do so meanwhile. */
	struct sealer_file **files;
	size_t count, cap;
	uint64_t bytes;   /* of the last file, if it has not ended */
	uint8_t flags;    /* of the checkpoint */
	bool wants_key;   /* a new key at rest was asked for */
	bool is_last;     /* sealer_stop() waits */
	unsigned removed; /* files that have given way since the last job */
	enum log_removal why;
};

/* A note on its way: its text waits in keys, and what follows once it is there. */
struct sealer_note {
	bool is_pending;
	struct seal_chain after;
	struct seal_commit commit;
	int slot;         /* of the secret, whose key signs from then on; -1: as before */
	bool wipes;       /* all keys: it is a stop */
	bool has_reserve; /* names a key at rest, which is told of it */
};

struct sealer {
	/* constant */
	struct sealer_options options;
	char log_path[LOG_PATH_MAX];
	struct store store;
	struct log_listener listener;
	/* under the lock */
	pthread_mutex_t mutex;
	pthread_cond_t changed;
	struct seal_digest *line_digest;
	bool has_started; /* constant once the thread runs */
	/* until there is a tree: the file that lines go to, and how much of it was told */
	int first_fd;
	struct log_identity first_id;
	uint64_t first_size;
	bool may_begin, wants_begin; /* to begin is to be tried again; now */
	uint64_t tried_ns;           /* when it was last */
	bool should_rotate;
	struct sealer_settings settings;
	bool has_tree; /* lines are hashed */
	struct seal_range range;
	struct sealer_file **files; /* the last one grows */
	size_t file_count, file_cap;
	struct sealer_hashes fresh[LEVELS];
	bool has_levels;       /* hashes are kept */
	uint64_t uncovered_ns; /* when the first line came that no snapshot has; 0: none did */
	uint64_t waiting_ns;   /* when the first line came that is not covered; 0: none */
	uint64_t covered;      /* lines that are signed on the disk */
	uint64_t unsealed_from;
	bool is_critical, wants_key, wants_stop, wants_end;
	bool is_woken;   /* there is something to do */
	bool is_turning; /* the thread is in a turn */
	bool has_ended;  /* the stop note is on the disk */
	unsigned removed;
	enum log_removal removal;
	struct sealer_news news[SEALER_NEWS_MAX];
	size_t news_at, news_count;
	struct sealer_figures figures;
	/* the thread's */
	pthread_t thread;
	bool has_thread;
	bool is_stuck;        /* it was given up; under the lock */
	int lock, log_folder; /* -1: closed */
	struct seal_digest *digest;
	struct ledger ledger;
	bool has_ledger;
	struct sealer_hashes hashes[LEVELS]; /* that wait to be written */
	struct seal_key *key;                /* of the epoch; NULL before the start note */
	unsigned slot;
	struct sealer_note note;
	bool has_reserve_to_tell;
	uint64_t sealed; /* size, with its root, of the last commit on the disk */
	struct seal_hash root;
	uint64_t segment, offset; /* of that commit */
	uint64_t waiting_size;    /* of the last commit that waits */
	struct seal_hash waiting_root;
	uint64_t forgotten; /* leaves below are removed from level0 */
	bool is_clean, was_unclean;
	struct sealer_job job;
	uint64_t failed_ns; /* the last failure; 0: none since the last success */
	uint64_t epoch_ns, commit_ns, look_ns; /* when these were last */
	bool heartbeat_is_last;
	struct seal_range begin; /* the tree in front of the newest segment that has a commit */
	uint64_t resume_keys; /* bytes of keys, and that tree, of the last note to the next start */
	uint64_t resume_begin;
	unsigned removed_since; /* files that have given way since the last look */
	struct buf checkpoint;  /* the newest note */
};

/* ---- sealer.c ---- */
uint64_t sealer_wall_ns(const struct sealer *s);
uint64_t sealer_boot_ns(const struct sealer *s);

/* ---- sealer_begin.c: where it fails the state is SEALER_UNSEALED and says why, and all is closed ---- */
/* Opens `integrity/`, and takes its lock. */
MUST_CHECK bool sealer_open(struct sealer *s);
/* Behind that: compares the log with what was signed; lines are hashed from then on. */
void sealer_begin(struct sealer *s);
void sealer_close(struct sealer *s);

/* ---- sealer_hear.c ---- */
/* The next leaf of the tree. Under the lock. */
void sealer_take_line(struct sealer *s, struct sv line);
/* A file that lines go to from now on, the last of s->files; it has no descriptor yet. NULL: no memory. */
struct sealer_file *sealer_add_file(struct sealer *s, const struct log_identity *id);
/* There is something to do. Under the lock. */
void sealer_wake(struct sealer *s);
/* Hashes are kept no more: recovery makes them again of the lines. Under the lock. */
void sealer_give_up_levels(struct sealer *s);

/* ---- sealer_turn.c ---- */
MUST_CHECK int sealer_run(struct sealer *s, struct err *e);

/* ---- sealer_news.c: all take the lock, but the second ---- */
void sealer_tell(struct sealer *s, enum sealer_news_kind kind, uint64_t from, uint64_t to,
		 const char *text);
void sealer_tell_locked(struct sealer *s, enum sealer_news_kind kind, uint64_t from, uint64_t to,
			const char *text);
void sealer_set_state(struct sealer *s, enum sealer_state state, const char *why);

/* ---- sealer_sign.c ---- */
/* Signs the start note; the key of the first epoch is in s->key then. */
MUST_CHECK int sealer_sign_start(struct sealer *s, struct err *e);
/* A checkpoint of that tree: its commit waits. offset is that in the segment behind the last line. */
MUST_CHECK int sealer_sign_tree(struct sealer *s, const struct seal_range *range,
				enum seal_commit_type type, uint8_t flags, uint64_t segment,
				uint64_t offset, struct err *e);
MUST_CHECK int sealer_hand_over(struct sealer *s, struct err *e);
MUST_CHECK int sealer_sign_stop(struct sealer *s, struct err *e);
MUST_CHECK int sealer_sign_reserve(struct sealer *s, enum reserve_until until, struct err *e);
MUST_CHECK int sealer_sign_pruned(struct sealer *s, uint64_t first_kept, const char *why,
				  struct err *e);
/* Brings to the disk what waits: segments, then commits, then the note, then its commit. */
MUST_CHECK int sealer_flush(struct sealer *s, struct err *e);

/* ---- sealer_lines.c ---- */
/* Lines to the disk, their hashes, records of segments, commits: in this order. */
MUST_CHECK int sealer_cover(struct sealer *s, const struct sealer_job *job, struct err *e);

/* ---- sealer_prune.c ---- */
/* Looks which segments are gone; signs that policy removed them where it can have been policy. */
MUST_CHECK int sealer_look(struct sealer *s, unsigned removed, enum log_removal why, struct err *e);

/* ---- sealer_doubt.c ---- */
/* The disk refused lines of f, which end at an index: reads what it has, and tells of what it has not. */
void sealer_check_doubtful(struct sealer *s, struct sealer_file *f, uint64_t end);

void sealer_file_free(struct sealer_file *f);

#endif
