/*
 * The digest of the contract: what is written in the configuration except the probe, bmp and redis
 * groups (a host's own), in order of names, the cloud ranges and special registries that were read.
 * Layout, comments, and how the text is cut into files do not matter, so every probe of the peering
 * has the same one. Called once per load.
 */
#pragma once

#include "base/sha256.h"
#include "conf/conf.h"

/* `root` is the config_setting_t of the file. Fills c->sha256 and c->secret, a second digest of the
 * same that is written nowhere: a key that all who have the contract share. And c->terms, of what
 * says how traffic is told apart and what of it is allowed: subnets, default_subnet, tolerate,
 * sbcs, cloud, decode, the ranges and registries. What was counted by other terms proves nothing
 * by these; a new maintenance or threshold is no change of them. */
void digest_make(struct conf *c, const void *root);
