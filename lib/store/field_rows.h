/*
 * How the tables of fields are written: a macro per kind of row. Private to store/fields*.c.
 */
#pragma once

#include <stddef.h>

#include "store/record.h"

/* A row: struct tag without "rec_", name in Redis, member, unit, help. */
#define MEMBER_SIZE(tag, member) sizeof(((struct tag *)0)->member)
#define ROW(tag, text, type, member, unit, help)                                                  \
	{                                                                                         \
		text, FIELD_##type, offsetof(struct tag, member), MEMBER_SIZE(tag, member), unit, \
			help, NULL, 0, 0, 0                                                       \
	}
#define U64(tag, member, unit, help) ROW(tag, #member, U64, member, unit, help)
#define F64(tag, member, unit, help) ROW(tag, #member, F64, member, unit, help)
#define BOOL(tag, member, help) ROW(tag, #member, BOOL, member, "", help)
#define TEXT(tag, member, help) ROW(tag, #member, TEXT, member, "", help)
/* arrays of two, one field per direction */
#define BOTH(type, tag, text, member, unit, help)                    \
	ROW(tag, text "_peer_to_msft", type, member[0], unit, help), \
		ROW(tag, text "_msft_to_peer", type, member[1], unit, help)
#define LIST(tag, member, used, rows, help)                                                      \
	{                                                                                        \
#member, FIELD_LIST, offsetof(struct tag, member), MEMBER_SIZE(tag, member), "", \
			help, rows, MEMBER_SIZE(tag, member[0]), offsetof(struct tag, used), 0   \
	}
#define LATER(text, unit, help)                                   \
	{                                                         \
		text, FIELD_TEXT, 0, 0, unit, help, NULL, 0, 0, 1 \
	}
#define END                                                      \
	{                                                        \
		NULL, FIELD_U64, 0, 0, NULL, NULL, NULL, 0, 0, 0 \
	}

#define HEAD(tag)                                                                          \
	ROW(tag, "seq", U64, head.seq, "", "epoch that wrote this"),                       \
		ROW(tag, "boot_id", U64, head.boot_us, "us", "start of the writer's run"), \
		ROW(tag, "started_us", U64, head.started_us, "us",                         \
	            "since when the counters here count")

#define TRAFFIC(tag)                                                                      \
	BOTH(U64, tag, "packets", traffic.packets, "packets", "total"),                   \
		BOTH(U64, tag, "bytes", traffic.bytes, "bytes", "total, L2 without FCS"), \
		BOTH(F64, tag, "rate_pps", traffic.rate_pps, "pps", "last interval"),     \
		BOTH(F64, tag, "rate_bps", traffic.rate_bps, "bps", "last interval, L2")
/* arrays of two, one field per side */
#define SIDES(type, tag, text, member, unit, help)                \
	ROW(tag, "peer_" text, type, side[0].member, unit, help), \
		ROW(tag, "msft_" text, type, side[1].member, unit, help)
