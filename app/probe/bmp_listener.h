/*
 * Routers that report their BGP sessions over BMP: listens where `bmp.listen` says, reads a few
 * connections, and hands what they say to the inspector. A thread of its own, which waits for
 * nobody but routers. Bounded; one that speaks no BMP is sent away, said once.
 */
#pragma once

#include "conf/conf.h"
#include "slow_path.h"

struct bmp_listener;

/* 0 with *out NULL: the contract asks for none. -errno: can't listen there, logged. */
int bmp_listener_start(const struct conf *conf, struct slow_path *slow_path,
                       struct bmp_listener **out);
/* Before slow_path_destroy(). */
void bmp_listener_stop(struct bmp_listener *l);
