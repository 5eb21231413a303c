#include "platform/host_name.h"

#include "base/text.h"

#include <idn2.h>

static enum odo_status status_from_idn2(int code)
{
    switch (code) {
    case IDN2_OK:
        return ODO_OK;
    case IDN2_MALLOC:
        return ODO_E_OUT_OF_MEMORY;
    default:
        return ODO_E_INVALID_URL;
    }
}

enum odo_status platform_host_to_ascii(const char *name, char **ascii_out)
{
    const uint8_t *given = (const uint8_t *)name;
    uint8_t *found = NULL;
    char *copy;
    int code = idn2_lookup_u8(given, &found, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);

    /* Names that IDNA2008 rejects may be valid in IDNA2003, which curl and browsers accept. */
    if (code != IDN2_OK && code != IDN2_MALLOC) {
        code = idn2_lookup_u8(given, &found, IDN2_NFC_INPUT | IDN2_TRANSITIONAL);
    }
    if (code != IDN2_OK) {
        return status_from_idn2(code);
    }
    copy = text_copy((const char *)found);
    idn2_free(found);
    if (!copy) {
        return ODO_E_OUT_OF_MEMORY;
    }
    *ascii_out = copy;
    return ODO_OK;
}
