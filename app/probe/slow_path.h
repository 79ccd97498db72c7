/*
 * The inspector's thread: takes punted frames from all workers, control protocols first, hands them
 * to lib/inspect, which reads them, and gives them back.
 */
#pragma once

#include "path/plane.h"

struct slow_path;
struct inspector;

/* NULL: the thread could not be started, logged. `plane` must outlive it, `conf` is borrowed. */
struct slow_path *slow_path_start(struct plane *plane, const struct conf *conf);
/* The inspector between two helpings of frames, until slow_path_unlock(); meanwhile punts wait in
 * their rings, so be quick. */
struct inspector *slow_path_lock(struct slow_path *s);
/* Waits until all that was punted before the call is read: what is asked of the inspector about a
 * time then stands on every frame of before, and no timer runs out over one that waits in a ring.
 * At most what the rings hold; not while locked. */
void slow_path_catch_up(struct slow_path *s);
void slow_path_unlock(struct slow_path *s);
/* The plane has gone over to this configuration: its lanes are those of plane_plan(). */
void slow_path_set_conf(struct slow_path *s, const struct conf *conf);
/* After the workers stopped: drains the rings and ends the thread; the inspector may still be
 * locked and read. */
void slow_path_stop(struct slow_path *s);
/* Logs what it saw, frees. */
void slow_path_destroy(struct slow_path *s);
