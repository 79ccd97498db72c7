/*
 * Which way a registered prefix arrives: by a session of a link that is not a backup, or by backup
 * sessions alone. The portal tells the change as ActivePath and BackupPath (requirements 1.5). That
 * an active session does not carry a prefix must be known, not merely unseen. Kept by prefix over
 * turns and reloads; the first look tells nothing. One thread.
 */
#pragma once

#include "audit/input.h"

enum active_path {
	PATH_NOT_KNOWN,
	PATH_NOWHERE, /* no session carries it */
	PATH_ACTIVE,
	PATH_BACKUP,
};
/* Of registered prefix `i`; `*via`: a session that carries it that way, or NULL. */
enum active_path active_path_of(const struct audit_input *in, size_t i,
                                const struct input_session **via);

struct active_paths;

struct active_paths *active_paths_create(void);
void active_paths_destroy(struct active_paths *p);

struct active_path_change {
	char prefix[PREFIX_TEXT_SIZE];
	bool backup;                     /* by backup sessions alone now; else by an active one */
	const struct input_session *via; /* NULL never */
	uint64_t since_us;               /* as it was announced there, or found */
};
/* Calls `fn` for each that changed between the two ways. */
void active_paths_turn(struct active_paths *p, const struct audit_input *in,
                       void (*fn)(void *context, const struct active_path_change *c),
                       void *context);
