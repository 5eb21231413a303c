/*
 * A world: what the file is, what its servers, the lines to them, the client and the process do
 * to a download. It follows from a seed. Each world has only some of the faults, for one that
 * has all of them ends early and finds little.
 *
 * What a server does is of two kinds: habits, which it has for ever and which one plain
 * connection can live with, and faults, which end at `calm_ms`.
 */
#ifndef SIMULATION_WORLD_H
#define SIMULATION_WORLD_H

#include "random.h"

#include <odo/types.h>

enum {
    WORLD_VERSIONS_MOST = 5,
    WORLD_NODES_MOST = 3,
    WORLD_RANGES_MOST = 2000,
    WORLD_RANGES_DRAWN = 200,
    WORLD_OUTAGES_MOST = 3,
    WORLD_CLIENT_MOST = 6,
};

enum world_validators {
    VALIDATORS_STRONG,
    VALIDATORS_WEAK,
    VALIDATORS_DATE,
    VALIDATORS_STRONG_AND_DATE,
    VALIDATORS_WEAK_AND_DATE,
    VALIDATORS_NONE,
    VALIDATORS_COUNT,
};

enum world_ranges {
    RANGES_HONOURED,
    RANGES_IGNORED, /* 200 */
    RANGES_REFUSED, /* with `range_refusal` */
};

enum world_many {
    MANY_HONOURED,
    MANY_REFUSED, /* with `many_refusal`, beyond `many_most` */
    MANY_WHOLE,   /* 200, beyond `many_most` */
    MANY_MERGED,  /* one 206 from the first byte to the last */
    MANY_REORDERED,
    MANY_LEFT_OUT,  /* some of the parts do not come */
    MANY_FIRST,     /* a 206 with the first range alone */
    MANY_SHORT,     /* parts are shorter than they say */
    MANY_MISPLACED, /* a part says that it is of another place than was asked for */
    MANY_COUNT,
};

enum world_if_range {
    IF_RANGE_HONOURED,
    IF_RANGE_ALWAYS_200,
    IF_RANGE_IGNORED,
};

enum world_framing {
    FRAMING_LENGTH,
    FRAMING_CHUNKED,
    FRAMING_TO_END, /* of the connection */
    FRAMING_STREAM, /* HTTP/2 with a length */
};

enum world_redirect {
    REDIRECT_NONE,
    REDIRECT_RELATIVE,
    REDIRECT_SAME_ORIGIN,
    REDIRECT_ELSEWHERE,
    REDIRECT_SIGNED,     /* expires */
    REDIRECT_SINGLE_USE, /* each link is good once */
    REDIRECT_LOOP,
    REDIRECT_COUNT,
};

enum world_limit_by {
    LIMIT_BY_STATUS,
    LIMIT_BY_RESET,
    LIMIT_BY_REFUSAL, /* of the connection */
};

enum world_output { OUTPUT_FILE, OUTPUT_STREAM, OUTPUT_MEMORY };

/* How a body ends whose bytes have all come. */
enum world_ending {
    ENDING_GOOD,
    ENDING_WITHOUT_LAST_CHUNK,
    ENDING_RESET,
    ENDING_NEVER,
};

enum world_client_act { CLIENT_PAUSES, CLIENT_KILLED, CLIENT_SETTINGS };

struct world {
    uint64_t seed;
    uint64_t calm_ms; /* no fault begins or lasts beyond */

    /* The file. */
    uint32_t version_count;
    uint64_t sizes[WORLD_VERSIONS_MOST];
    uint64_t changes_ms[WORLD_VERSIONS_MOST]; /* when each version begins; the first at 0 */
    enum world_validators validators;
    const char *encoding;  /* or NULL */
    bool encoding_differs; /* from reply to reply; a fault */
    bool sends_date;       /* so that a Last-Modified may be strong */

    /* The servers. */
    uint32_t node_count;
    bool nodes_have_own_marks;
    bool nodes_have_own_bytes;
    enum world_ranges ranges;
    int range_refusal;
    bool tells_no_ranges;      /* Accept-Ranges: none where they are ignored */
    bool range_is_not_clipped; /* Content-Range beyond the end of the file */
    bool last_must_fit;        /* a last byte past the end is 416 */
    bool says_size_in_416;
    uint64_t early_by;  /* a 206 begins at a multiple of it; 0 at the right place */
    uint64_t part_most; /* a 206 is no longer; UINT64_MAX as long as asked */
    bool total_is_end;  /* the total in Content-Range is the end of the part */
    bool total_is_star;
    bool part_as_200;       /* a 206 is called 200 */
    bool marks_lack_in_206; /* ETag and Last-Modified */
    bool etag_lacks_in_206;
    enum world_many many;
    uint32_t many_most;
    int many_refusal;
    enum world_if_range if_range;
    enum world_framing framing;
    enum world_ending ending;
    enum world_redirect redirect;
    bool redirect_is_relative;
    uint64_t link_lasts_ms;
    int link_refusal;
    uint32_t limit; /* requests at once; 0 without */
    enum world_limit_by limit_by;
    int limit_status;
    bool limit_tells_when; /* Retry-After */
    uint64_t limit_lag_ms; /* until it sees that a connection is gone */
    int refusal;           /* of everything, for ever; 0 for none */

    /* The lines. */
    uint64_t delay_us;
    uint64_t delay_spread_us;
    uint64_t connection_rate; /* bytes a second */
    uint64_t line_rate;       /* of all together */
    uint32_t slow_permille;   /* requests that get a slow connection */
    uint32_t slow_times;
    uint64_t chunk; /* bytes that come at once, at most */

    /* The faults, each in so many of a thousand requests. */
    uint32_t error_permille; /* a status of 408, 429, 500 and above */
    bool error_tells_when;
    uint32_t refused_permille; /* connections */
    uint32_t reset_early_permille;
    uint32_t reset_permille; /* in the body */
    uint32_t stall_permille;
    uint32_t short_permille;       /* the body ends as if it were whole */
    uint32_t marks_lack_permille;  /* no validators in the reply */
    uint32_t nonsense_permille;    /* 206 of another place, or 204 */
    uint32_t passing_403_permille; /* to a request beside another one */
    uint32_t outage_count;
    uint64_t outages_ms[WORLD_OUTAGES_MOST][2];
    uint64_t portal_ms[2]; /* a captive portal answers */
    bool portal_redirects;

    /* The client. */
    enum world_output output;
    uint32_t range_count; /* 0 for the whole file */
    struct byte_range ranges_wanted[WORLD_RANGES_MOST];
    bool states_size;
    uint32_t lanes;
    uint32_t ranges_per_request;
    bool refuses_salvage;
    bool allows_unknown_size;
    bool is_metered;
    bool never_retries;
    uint64_t no_progress_ms;
    uint64_t stream_window;
    uint64_t stream_rate; /* bytes a second that its client takes */
    uint32_t act_count;
    struct world_act {
        uint64_t at_ms;
        enum world_client_act act;
        uint64_t lasts_ms;
    } acts[WORLD_CLIENT_MOST];
    uint64_t checkpoint_every_ms;
    uint32_t save_permille; /* kept bytes are saved after so many of a thousand chunks */

    uint64_t memory_fails_at; /* the nth allocation; 0 for none */

    /* Nothing by chance, and connections as TCP has them (see connections.h): for measuring. No
     * world that is drawn is so. */
    bool is_measured;
};

/* The world of a seed. */
void world_draw(struct world *world, uint64_t seed);

/* In words, for the story. */
void world_describe(const struct world *world);

/* Which version is served at a time. */
uint32_t world_version_at(const struct world *world, uint64_t now_ms);

#endif
