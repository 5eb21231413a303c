/*
 * How an object says in words why a method of its has failed: IErrorInfo, which a script finds
 * in its exception or Err object, and .NET in its exception's message. A client asks for it by
 * ISupportErrorInfo, so an object that has words has that interface too.
 */
#ifndef ODO_COM_ERROR_INFO_H
#define ODO_COM_ERROR_INFO_H

#include "com/object/com_object.h"

#include <oleauto.h>

/* This sentence, which has no full stop, is about the failure that the calling thread returns
 * next. Without memory there is none. */
void error_info_set(const WCHAR *source, const WCHAR *sentence);

/* Pass a code on. A failure gets the words that are known for it. */
HRESULT error_info_pass(const WCHAR *source, HRESULT code);

/* ISupportErrorInfo, as part of an object: one interface of it has such sentences. */
struct error_info_support {
    ISupportErrorInfo ISupportErrorInfo_iface;
    struct com_object *owner; /* not counted: this is a part of it */
    const IID *iid;           /* the interface */
};

void error_info_support_init(struct error_info_support *support, struct com_object *owner,
                             const IID *iid);

#endif
