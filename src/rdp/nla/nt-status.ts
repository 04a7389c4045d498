/** NTSTATUS codes that say how a sign-in ended, [MS-ERREF] 2.3.1. */
export const STATUS_SUCCESS = 0x0000_0000;
export const STATUS_ACCESS_DENIED = 0xc000_0022;
export const STATUS_NO_SUCH_USER = 0xc000_0064;
export const STATUS_WRONG_PASSWORD = 0xc000_006a;
export const STATUS_LOGON_FAILURE = 0xc000_006d;
export const STATUS_ACCOUNT_RESTRICTION = 0xc000_006e;
export const STATUS_INVALID_LOGON_HOURS = 0xc000_006f;
export const STATUS_INVALID_WORKSTATION = 0xc000_0070;
export const STATUS_PASSWORD_EXPIRED = 0xc000_0071;
export const STATUS_ACCOUNT_DISABLED = 0xc000_0072;
export const STATUS_NOT_SUPPORTED = 0xc000_00bb;
export const STATUS_LOGON_TYPE_NOT_GRANTED = 0xc000_015b;
export const STATUS_ACCOUNT_EXPIRED = 0xc000_0193;
export const STATUS_PASSWORD_MUST_CHANGE = 0xc000_0224;
export const STATUS_ACCOUNT_LOCKED_OUT = 0xc000_0234;
export const STATUS_NTLM_BLOCKED = 0xc000_0418;
/** SSPI codes that servers send in the place of an NTSTATUS. */
/** Windows says it where policy does not allow NTLM. */
export const SEC_E_UNSUPPORTED_FUNCTION = 0x8009_0302;
export const SEC_E_LOGON_DENIED = 0x8009_030c;
