/*
 * The keeper: what is known of BGP over a restart of the probe. Loads the state at start, saves it
 * every minute and at the stop (written beside and renamed, so that a crash leaves the last one),
 * and takes up the routing dump that `pniscope import mrt` puts beside it. Control thread.
 */
#pragma once

#include "conf/conf.h"
#include "slow_path.h"

struct keeper;

/* Before the workers start; `slow_path` is locked while it reads or writes down. */
struct keeper *keeper_open(const struct conf *conf, struct slow_path *slow_path);
/* Once a second. */
void keeper_turn(struct keeper *k);
/* After slow_path_stop(): saves, frees. */
void keeper_close(struct keeper *k);
