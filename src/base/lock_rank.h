/*
 * The map of locks: what each guards, from the outermost to the innermost. A thread that holds
 * one may take those further down, and none above or beside it; builds with assertions hold
 * every thread to that (platform/thread.h). Whoever tells the host, or calls a client's code,
 * holds none of them.
 */
#ifndef ODO_BASE_LOCK_RANK_H
#define ODO_BASE_LOCK_RANK_H

enum lock_rank {
    LOCK_UNRANKED,  /* a host's or a test's; and those of the rooms below that call nobody while
                       they are held */
    LOCK_ADOPTING,  /* engine: that no job is taken up from the store twice */
    LOCK_OPERATION, /* a job: its life. Held for the whole of a call that changes it, so that
                       such calls come one after the other; also while waiting for the disk and
                       for the network thread, which never takes it */
    LOCK_JOURNAL, /* a job: its journal, so that records come in the order of what they say; and
                     that its temporary files are not renamed while they are flushed */
    LOCK_STORE,   /* a store: what this process owns */
    LOCK_ENGINE,  /* engine: every struct called `locked`; for moments */
    LOCK_NEWS,    /* engine: what the host is to be told. It is not held meanwhile */
    LOCK_STREAM,  /* output: a stream's buffer, and who is being given bytes */
    LOCK_NETWORK, /* network: what other threads ask the network thread to do */
};

#endif
