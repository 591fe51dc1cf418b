/*
 * One function for each option of options.def: takes its value (NULL for options without one)
 * into the request. item is what of an event the value is compared with, where that is so.
 * 0, or -1 with the sentence that says what would be right.
 */
#ifndef AURUM_AUSEARCH_TAKE_H
#define AURUM_AUSEARCH_TAKE_H

#include "ausearch/options.h"

typedef int (*take_fn)(struct request *r, enum query_item item, const char *value, struct err *e);

int take_serial(struct request *r, enum query_item item, const char *value, struct err *e);
int take_number(struct request *r, enum query_item item, const char *value, struct err *e);
int take_session(struct request *r, enum query_item item, const char *value, struct err *e);
int take_user(struct request *r, enum query_item item, const char *value, struct err *e);
int take_any_user(struct request *r, enum query_item item, const char *value, struct err *e);
int take_group(struct request *r, enum query_item item, const char *value, struct err *e);
int take_any_group(struct request *r, enum query_item item, const char *value, struct err *e);
int take_arch(struct request *r, enum query_item item, const char *value, struct err *e);
int take_syscall(struct request *r, enum query_item item, const char *value, struct err *e);
int take_exit(struct request *r, enum query_item item, const char *value, struct err *e);
int take_success(struct request *r, enum query_item item, const char *value, struct err *e);
int take_text(struct request *r, enum query_item item, const char *value, struct err *e);
int take_file(struct request *r, enum query_item item, const char *value, struct err *e);
int take_context(struct request *r, enum query_item item, const char *value, struct err *e);
int take_word(struct request *r, enum query_item item, const char *value, struct err *e);
int take_node(struct request *r, enum query_item item, const char *value, struct err *e);
int take_message(struct request *r, enum query_item item, const char *value, struct err *e);
int take_start(struct request *r, enum query_item item, const char *value, struct err *e);
int take_end(struct request *r, enum query_item item, const char *value, struct err *e);
int take_input(struct request *r, enum query_item item, const char *value, struct err *e);
int take_config_dir(struct request *r, enum query_item item, const char *value, struct err *e);
int take_eoe_timeout(struct request *r, enum query_item item, const char *value, struct err *e);
int take_escape(struct request *r, enum query_item item, const char *value, struct err *e);
int take_format(struct request *r, enum query_item item, const char *value, struct err *e);
int take_extra_keys(struct request *r, enum query_item item, const char *value, struct err *e);
int take_extra_labels(struct request *r, enum query_item item, const char *value, struct err *e);
int take_extra_obj2(struct request *r, enum query_item item, const char *value, struct err *e);
int take_extra_time(struct request *r, enum query_item item, const char *value, struct err *e);
int take_checkpoint(struct request *r, enum query_item item, const char *value, struct err *e);
int take_raw(struct request *r, enum query_item item, const char *value, struct err *e);
int take_interpret(struct request *r, enum query_item item, const char *value, struct err *e);
int take_help(struct request *r, enum query_item item, const char *value, struct err *e);
int take_version(struct request *r, enum query_item item, const char *value, struct err *e);
int take_input_logs(struct request *r, enum query_item item, const char *value, struct err *e);
int take_just_one(struct request *r, enum query_item item, const char *value, struct err *e);
int take_line_buffered(struct request *r, enum query_item item, const char *value, struct err *e);
int take_explain(struct request *r, enum query_item item, const char *value, struct err *e);
int take_no_index(struct request *r, enum query_item item, const char *value, struct err *e);
int take_verified(struct request *r, enum query_item item, const char *value, struct err *e);
int take_seal_key(struct request *r, enum query_item item, const char *value, struct err *e);
int take_debug(struct request *r, enum query_item item, const char *value, struct err *e);

#endif
