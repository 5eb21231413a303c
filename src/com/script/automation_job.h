/*
 * Properties for scripts that IDODownload does not have: settings and data of its job. By name,
 * in addition to those of automation_properties.h:
 *
 *   Description              any text
 *   JobPriority              0 foreground, 1 high, 2 normal, 3 low; only foreground differs
 *   RetryInterval            seconds; once set, the least delay between attempts
 *   RetryTimeout             seconds without a byte before it fails; 0: the first error is
 * final JobSecurityFlags         like SecurityFlags, but readable ClientCertificate
 * "CurrentUser\MY\<SHA-1 in hexadecimal digits>" ErrorCount               number of errors that
 * stopped it or caused a retry; read-only Owner                    the SID of its creator;
 * read-only CreationTime, ModificationTime, TransferCompletionTime dates, in UTC; Empty if it
 * has not happened; read-only
 */
#ifndef ODO_COM_AUTOMATION_JOB_H
#define ODO_COM_AUTOMATION_JOB_H

#include <stdbool.h>
#include <windows.h>

#include <odo/odo.h>
#include <oleauto.h>

/* Is this one of the names above? Case is ignored. */
bool automation_job_knows(BSTR name);

/* For a known name. Sets error descriptions (automation_error.h). */
HRESULT automation_job_get(struct odo_job *job, BSTR name, VARIANT *value_out);

/*
 *   DO_E_READ_ONLY_PROPERTY
 *   DISP_E_TYPEMISMATCH, DISP_E_OVERFLOW   the value cannot be converted
 *   errors of the engine
 */
HRESULT automation_job_set(struct odo_job *job, BSTR name, const VARIANT *value);

#endif
