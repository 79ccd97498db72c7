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
 * same that is written nowhere: a key that all who have the contract share. */
void digest_make(struct conf *c, const void *root);
