/*
 * Inside lib/query: the record types by which reports choose their events. Numbers are those
 * of <linux/audit.h> and, for user space, of the audit specification's message dictionary.
 */
#ifndef AURUM_QUERY_REPORT_TYPES_H
#define AURUM_QUERY_REPORT_TYPES_H

#include "query/report.h"
#include "table/usertype.h"

#include <linux/audit.h>

#define ONE(type)                                                                                  \
	{                                                                                          \
		type, type                                                                         \
	}
#define END                                                                                        \
	{                                                                                          \
		0, 0                                                                               \
	}

static const struct report_types types_avc[] = {ONE(AUDIT_AVC), ONE(AUDIT_USER_AVC), END};
static const struct report_types types_auth[] = {ONE(AUDIT_USER_AUTH), ONE(AUDIT_USER_MGMT), END};
static const struct report_types types_login[] = {ONE(AUDIT_USER_LOGIN), END};
static const struct report_types types_config[] = {
	ONE(AUDIT_CONFIG_CHANGE),
	ONE(AUDIT_DAEMON_CONFIG),
	ONE(AUDIT_USYS_CONFIG),
	ONE(AUDIT_NETFILTER_CFG),
	ONE(AUDIT_FEATURE_CHANGE),
	ONE(AUDIT_USER_MAC_CONFIG_CHANGE),
	{AUDIT_MAC_POLICY_LOAD, AUDIT_MAC_UNLBL_STCDEL},
	END,
};
static const struct report_types types_mods[] = {
	ONE(AUDIT_USER_CHAUTHTOK), {AUDIT_ADD_USER, AUDIT_DEL_GROUP},      ONE(AUDIT_USER_MGMT),
	ONE(AUDIT_GRP_MGMT),       {AUDIT_ROLE_ASSIGN, AUDIT_ROLE_REMOVE}, END,
};
static const struct report_types types_crypto[] = {{1600, 1699}, {2400, 2499}, END};
static const struct report_types types_integrity[] = {{1800, 1899}, END};
static const struct report_types types_mac[] = {
	{AUDIT_MAC_POLICY_LOAD, AUDIT_MAC_UNLBL_STCDEL}, {2300, 2399}, END};
/* The reference's summary ends with MAC_MAP_DEL. */
static const struct report_types types_mac_summary[] = {
	{AUDIT_MAC_POLICY_LOAD, AUDIT_MAC_MAP_DEL}, {2300, 2399}, END};
static const struct report_types types_anomaly[] = {
	{2100, 2199}, {1700, 1799}, ONE(AUDIT_SECCOMP), END};
static const struct report_types types_response[] = {{2200, 2299}, END};
static const struct report_types types_tty[] = {ONE(AUDIT_TTY), ONE(AUDIT_USER_TTY), END};
static const struct report_types types_virt[] = {{2500, 2599}, END};

static const struct report_types types_additions[] = {
	ONE(AUDIT_ADD_USER),         ONE(AUDIT_ADD_GROUP),
	ONE(AUDIT_MAC_CIPSOV4_ADD),  ONE(AUDIT_MAC_MAP_ADD),
	ONE(AUDIT_MAC_IPSEC_ADDSA),  ONE(AUDIT_MAC_IPSEC_ADDSPD),
	ONE(AUDIT_MAC_UNLBL_STCADD), END,
};
static const struct report_types types_deletions[] = {
	ONE(AUDIT_DEL_USER),         ONE(AUDIT_DEL_GROUP),
	ONE(AUDIT_MAC_CIPSOV4_DEL),  ONE(AUDIT_MAC_MAP_DEL),
	ONE(AUDIT_MAC_IPSEC_DELSA),  ONE(AUDIT_MAC_IPSEC_DELSPD),
	ONE(AUDIT_MAC_UNLBL_STCDEL), END,
};

#undef ONE
#undef END

static inline bool type_is_in(uint32_t type, const struct report_types *types)
{
	for (; types->last; types++)
		if (type >= types->first && type <= types->last)
			return true;
	return false;
}

static inline bool event_has_type(const struct event *event, const struct report_types *types)
{
	for (size_t i = 0; i < event->count; i++)
		if (type_is_in(event->records[i].type, types))
			return true;
	return false;
}

static inline bool event_has(const struct event *event, uint32_t type)
{
	const struct report_types types[] = {{type, type}, {0, 0}};

	return event_has_type(event, types);
}

#endif
