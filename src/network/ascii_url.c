#include "network/ascii_url.h"

#include "base/memory.h"
#include "base/text.h"
#include "http/url.h"
#include "platform/host_name.h"

static bool is_ascii(const char *text)
{
    for (; *text != '\0'; text++) {
        if ((unsigned char)*text >= 0x80) {
            return false;
        }
    }
    return true;
}

enum odo_status ascii_url(const char *url, char **ascii_out)
{
    char *host = NULL;
    char *ascii = NULL;
    enum odo_status status = url_host(url, &host);

    if (status != ODO_OK) {
        return status;
    }
    if (is_ascii(host)) {
        memory_free(host);
        *ascii_out = text_copy(url);
        return *ascii_out ? ODO_OK : ODO_E_OUT_OF_MEMORY;
    }
    status = platform_host_to_ascii(host, &ascii);
    if (status == ODO_OK) {
        status = url_with_host(url, ascii, ascii_out);
    }
    memory_free(ascii);
    memory_free(host);
    return status;
}
