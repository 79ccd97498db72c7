/*
 * The events of the control plane: one function per kind of change, each writes to the store's
 * stream of this writer. Names and severities are those of store/event.h. Audit's thread.
 */
#pragma once

#include "audit/active_path.h"
#include "audit/input.h"
#include "store/store.h"

void tell_verdict(struct store *s, const struct rec_verdict *from, const struct rec_verdict *to,
                  uint64_t now_us);
/* `name` is finding.opened, finding.acked or finding.closed. */
void tell_finding(struct store *s, const char *name, const struct rec_finding *f, uint64_t now_us);
/* Windows, declared or begun at run time, that began or ended in (from_us, to_us]. */
void tell_maintenance(struct store *s, const struct audit_input *in, uint64_t from_us,
                      uint64_t to_us);
/* ActivePath and BackupPath of the portal. */
void tell_path(struct store *s, const struct active_path_change *c, uint64_t now_us);
void tell_reload(struct store *s, const struct conf *conf, uint64_t now_us);
