/*
 * Receive-side scaling that brings both directions of a flow to the same worker on every port: one
 * key of a repeated 16-bit pattern (Woo and Park, "Scalable TCP Session Monitoring with Symmetric
 * Receive-side Scaling", 2012), with which the Toeplitz hash of (a, b) equals that of (b, a).
 * Pure functions; the symmetry is computed, not believed.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { RSS_KEY_USUAL = 40, RSS_KEY_MAX = 64 };

/* Fills the symmetric key of `size` bytes (what the port wants: 40 or 52 in most). */
void rss_key_fill(uint8_t *key, size_t size);

/* Toeplitz hash over `size` bytes of input (Microsoft, "Verifying the RSS hash calculation"). `key`
 * has at least size + 4 bytes. */
uint32_t rss_toeplitz(const uint8_t *key, const uint8_t *input, size_t size);

/* Whether the key gives both directions of IPv4 and IPv6 flows, with ports and without, one hash.
 */
bool rss_key_symmetric(const uint8_t *key, size_t size);
