/* The one translation from the engine's results to what COM clients see. */
#ifndef ODO_COM_OBJECT_HRESULT_H
#define ODO_COM_OBJECT_HRESULT_H

#include <windows.h>

#include <odo/types.h>

/*
 * What a call returns. Statuses whose details stand in a struct odo_error get the HRESULT for
 * the case that the details are missing.
 */
HRESULT hresult_from_status(enum odo_status status);

/* Why a job stands still: the status with its details. S_OK when there is no error. */
HRESULT hresult_from_error(const struct odo_error *error);

#endif
