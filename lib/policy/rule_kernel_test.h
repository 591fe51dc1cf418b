/*
 * A kernel for tests that holds rules and a status as the real one does: lists with a front and an
 * end, EEXIST and ENOENT, and a refusal or a silence whenever the test wants one.
 */
#ifndef AURUM_POLICY_RULE_KERNEL_TEST_H
#define AURUM_POLICY_RULE_KERNEL_TEST_H

#include "netlink/control.h"
#include "netlink/fake_kernel.h"
#include "rule/pack.h"

#include <assert.h>
#include <errno.h>
#include <linux/netlink.h>
#include <stdlib.h>

#define KERNEL_RULES 100
#define KERNEL_LOG   1024

struct rule_kernel {
	struct fake_kernel fake;
	struct audit_socket socket;
	struct audit_control control;
	struct rule rules[KERNEL_RULES]; /* by list, as they are listed */
	size_t count;
	struct audit_status status;
	uint32_t locked_features;
	/* Requests, counted from 1: the type of each. */
	unsigned int requests;
	uint16_t log[KERNEL_LOG];
	/* Requests from..to fail with this errno; 0: they are done, but the answer is lost. */
	unsigned int fail_from, fail_to;
	int fail_with;
	/* Told before each request is done. */
	void (*before)(struct rule_kernel *k, uint16_t type);
};

static inline size_t kernel_find_rule(const struct rule_kernel *k, const struct rule *rule)
{
	size_t i = 0;

	while (i < k->count && !rule_same(&k->rules[i], rule))
		i++;
	return i;
}

static inline int kernel_add(struct rule_kernel *k, const struct rule *rule)
{
	size_t at = 0;

	if (!rule->prepend && kernel_find_rule(k, rule) < k->count)
		return EEXIST;
	while (at < k->count &&
	       (rule->prepend ? k->rules[at].list < rule->list : k->rules[at].list <= rule->list))
		at++;
	assert(k->count < KERNEL_RULES);
	memmove(k->rules + at + 1, k->rules + at, (k->count - at) * sizeof(k->rules[0]));
	k->rules[at] = *rule;
	k->rules[at].prepend = false;
	k->count++;
	return 0;
}

static inline int kernel_delete(struct rule_kernel *k, const struct rule *rule)
{
	size_t at = kernel_find_rule(k, rule);

	if (at == k->count)
		return ENOENT;
	k->count--;
	memmove(k->rules + at, k->rules + at + 1, (k->count - at) * sizeof(k->rules[0]));
	return 0;
}

static inline int kernel_set(struct rule_kernel *k, const struct audit_status *s)
{
	if (s->mask & AUDIT_STATUS_ENABLED)
		k->status.enabled = s->enabled;
	if (s->mask & AUDIT_STATUS_FAILURE)
		k->status.failure = s->failure;
	if (s->mask & AUDIT_STATUS_RATE_LIMIT)
		k->status.rate_limit = s->rate_limit;
	if (s->mask & AUDIT_STATUS_BACKLOG_LIMIT)
		k->status.backlog_limit = s->backlog_limit;
	if (s->mask & AUDIT_STATUS_BACKLOG_WAIT_TIME)
		k->status.backlog_wait_time = s->backlog_wait_time;
	return 0;
}

/* Does it; the errno as a positive number. */
static inline int kernel_do(struct rule_kernel *k, const struct audit_message *request)
{
	static struct rule rule;
	struct audit_status status = {0};
	struct audit_features features = {0};
	bool is_change = request->type != AUDIT_GET && request->type != AUDIT_LIST_RULES;

	if (is_change && k->status.enabled == 2)
		return EPERM;
	switch (request->type) {
	case AUDIT_ADD_RULE:
	case AUDIT_DEL_RULE:
		if (rule_unpack(request->payload, &rule, NULL) != 0)
			return EINVAL;
		return request->type == AUDIT_ADD_RULE ? kernel_add(k, &rule)
						       : kernel_delete(k, &rule);
	case AUDIT_SET:
		memcpy(&status, request->payload.p, sizeof(status));
		return kernel_set(k, &status);
	case AUDIT_SET_FEATURE:
		memcpy(&features, request->payload.p, sizeof(features));
		k->locked_features |= features.lock;
		return 0;
	default:
		return 0;
	}
}

static inline void kernel_answer(struct fake_kernel *fake, const struct audit_message *request)
{
	struct rule_kernel *k = fake->ctx;
	uint16_t type = request->type;
	uint32_t seq = request->seq;
	bool fails;
	int error;

	fake_release(fake); /* what was not read is stale */
	assert(k->requests < KERNEL_LOG);
	if (k->before)
		k->before(k, type);
	k->log[k->requests++] = type;
	fails = k->requests >= k->fail_from && k->requests <= k->fail_to;
	error = fails && k->fail_with ? k->fail_with : kernel_do(k, request);
	if (fails && !k->fail_with)
		return;
	fake_put_ack(fake, seq, -error);
	if (error)
		return;
	if (type == AUDIT_GET)
		fake_put(fake, AUDIT_GET, seq,
			 sv_make((const char *)&k->status, sizeof(k->status)));
	if (type != AUDIT_LIST_RULES)
		return;
	for (size_t i = 0; i < k->count; i++) {
		struct buf bytes = BUF_INIT(AUDIT_CONTROL_BYTES);

		rule_pack(&k->rules[i], &bytes);
		fake_put(fake, AUDIT_LIST_RULES, seq, buf_view(&bytes));
		buf_release(&bytes);
	}
	fake_put(fake, NLMSG_DONE, seq, SV_EMPTY);
}

static inline struct rule_kernel *kernel_new(void)
{
	struct rule_kernel *k = calloc(1, sizeof(*k));

	assert(k);
	fake_init(&k->fake, &k->socket, kernel_answer);
	k->fake.ctx = k;
	audit_control_init(&k->control, &k->socket);
	k->status = (struct audit_status){
		.failure = 1, .backlog_limit = 64, .backlog_wait_time = 15000};
	return k;
}

static inline void kernel_free(struct rule_kernel *k)
{
	fake_release(&k->fake);
	free(k);
}

#endif
