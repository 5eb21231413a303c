/*
 * The locking order, from the outermost lock to the innermost, and what each guards. A thread
 * that holds a lock may acquire those further down, but none above or of the same rank; builds
 * with assertions enforce this (platform/thread.h). None is held while the host is notified or
 * a client is called.
 */
#ifndef ODO_BASE_LOCK_RANK_H
#define ODO_BASE_LOCK_RANK_H

enum lock_rank {
    LOCK_UNRANKED,  /* locks of hosts and tests, and those of lower rooms that are held without
                       calling out */
    LOCK_ADOPTING,  /* engine: prevents loading a job twice */
    LOCK_OPERATION, /* a job: held during every call that changes its lifecycle, which
                       serializes them, even while waiting for the disk or for the network
                       thread (which never acquires it) */
    LOCK_JOURNAL, /* a job: its journal, which keeps records in order; and prevents renaming its
                     temporary files while they are flushed */
    LOCK_STORE,   /* a store: the jobs this process owns */
    LOCK_ENGINE,  /* engine: all structs called `locked`; held briefly */
    LOCK_NEWS,    /* engine: the queue of events; not held during delivery */
    LOCK_STREAM,  /* output: a stream's buffer, and whether a client call is in progress */
    LOCK_NETWORK, /* network: commands of other threads to the network thread */
};

#endif
