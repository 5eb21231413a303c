/*
 * Error descriptions (IErrorInfo), which scripts see in their exception or Err object, and .NET
 * in the exception's message. Clients look for them only if the object answers
 * ISupportErrorInfo.
 */
#ifndef ODO_COM_ERROR_INFO_H
#define ODO_COM_ERROR_INFO_H

#include "com/object/com_object.h"

#include <oleauto.h>

/* Set the description of the error that this thread is about to return; without a full stop.
 * When out of memory there is none. */
void error_info_set(const WCHAR *source, const WCHAR *sentence);

/* Return a code. For a failure, set the description known for it. */
HRESULT error_info_pass(const WCHAR *source, HRESULT code);

/* ISupportErrorInfo, embedded in an object one of whose interfaces sets descriptions. */
struct error_info_support {
    ISupportErrorInfo ISupportErrorInfo_iface;
    struct com_object *owner; /* not counted: contains this struct */
    const IID *iid;           /* the interface */
};

void error_info_support_init(struct error_info_support *support, struct com_object *owner,
                             const IID *iid);

#endif
