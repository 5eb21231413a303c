/* What clients are to be told, by whichever thread of the pool is free. */
#ifndef ODO_COM_CALLS_NEWS_H
#define ODO_COM_CALLS_NEWS_H

#include <windows.h>

/* Who tells one client of one thing, as worker_pool_wake() describes it. Once or again. */
void news_add(ULONGLONG (*serve)(void));

/* There is something to tell, or there will be. Never waits. */
void news_wake(void);

#endif
