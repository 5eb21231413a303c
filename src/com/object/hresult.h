/* The only translation of the engine's statuses to HRESULTs. */
#ifndef ODO_COM_OBJECT_HRESULT_H
#define ODO_COM_OBJECT_HRESULT_H

#include <windows.h>

#include <odo/types.h>

/*
 * The result of a call. For statuses whose details are in a struct odo_error, the HRESULT for
 * missing details.
 */
HRESULT hresult_from_status(enum odo_status status);

/* Why a job has stopped: the status with its details. S_OK without an error. */
HRESULT hresult_from_error(const struct odo_error *error);

#endif
