/* What clients are to be told, by whichever thread of the pool is free. */
#ifndef ODO_COM_NEWS_H
#define ODO_COM_NEWS_H

/* There is something to tell, or there will be. Never waits. */
void news_wake(void);

#endif
