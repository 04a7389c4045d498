/** Stable reason codes of decisions: what each says, and what would change it. */
export const REASONS = {
  'role-missing': {
    sentence: 'Your roles do not allow connections.',
    remedy: 'Ask an administrator for the role "user" or "operator".',
  },
  'target-unknown': {
    sentence: 'There is no such target in the inventory.',
    remedy: 'Choose a target from the list, or ask an administrator to add it.',
  },
  'ssh-not-supported': {
    sentence: 'SSH is not supported by this gateway.',
    remedy: 'Connect by RDP.',
  },

  'sku-custom-port': {
    sentence: 'A port other than the default needs the SKU Standard; the host has Basic.',
    remedy: 'Let the target listen on port 3389, or have an operator raise the SKU of the host to Standard.',
  },
  'sku-ip': {
    sentence: 'A connection to an IP address needs the SKU Standard; the host has Basic.',
    remedy: 'Connect to a target that is a resource, or have an operator raise the SKU of the host to Standard.',
  },
  'sku-native': {
    sentence: 'A native client needs the SKU Standard; the host has Basic.',
    remedy: 'Connect in the portal, or have an operator raise the SKU of the host to Standard.',
  },
  'sku-link': {
    sentence: 'A shareable link needs the SKU Standard; the host has Basic.',
    remedy: 'Sign in and connect in the portal, or have an operator raise the SKU of the host to Standard.',
  },
  'ip-off': {
    sentence: 'Connections to IP addresses are switched off on the host.',
    remedy: 'Connect to a target that is a resource, or have an operator switch "IP-based connection" on.',
  },
  'native-off': {
    sentence: 'Native clients are switched off on the host.',
    remedy: 'Connect in the portal, or have an operator switch "native client support" on.',
  },
  'links-off': {
    sentence: 'Shareable links are switched off on the host.',
    remedy: 'Sign in and connect in the portal, or have an operator switch "shareable link" on.',
  },
  'native-ip-port': {
    sentence: 'A native client reaches an IP address on the default port only.',
    remedy: 'Connect in the portal, let the target listen on port 3389, or add the target as a resource.',
  },
  'link-native': {
    sentence: 'A shareable link is for the portal, not for native clients.',
    remedy: 'Open the link in a browser.',
  },
  'link-ip': {
    sentence: 'A shareable link leads to a resource, not to an IP address.',
    remedy: 'Have the link made for a target that is a resource.',
  },

  'ip-forced-tunnelling': {
    sentence: 'Connections to IP addresses do not work with forced tunnelling over VPN.',
    remedy: 'Connect to a target that is a resource, or have the network’s forced tunnelling switched off.',
  },
  'ip-expressroute': {
    sentence: 'Connections to IP addresses do not work with a default route that ExpressRoute advertises.',
    remedy: 'Connect to a target that is a resource, or have the default route withdrawn.',
  },
  'ip-udr': {
    sentence: 'Connections to IP addresses do not work with user-defined routes on the Bastion subnet.',
    remedy: 'Connect to a target that is a resource, or have the routes removed from the subnet.',
  },

  'reader-target': {
    sentence: 'You do not have the role Reader on the target.',
    remedy: 'Ask for Reader on the target, or on a resource group or subscription above it.',
  },
  'reader-nic': {
    sentence: 'You do not have the role Reader on the network interface that holds the target’s address.',
    remedy: 'Ask for Reader on the network interface, or on a resource group or subscription above it.',
  },
  'reader-host': {
    sentence: 'You do not have the role Reader on the Bastion host.',
    remedy: 'Ask for Reader on the host, or on a resource group or subscription above it.',
  },
  'reader-network': {
    sentence: 'The target is in a peered virtual network, and you do not have the role Reader on that network.',
    remedy: 'Ask for Reader on the virtual network, or on a resource group or subscription above it.',
  },

  'entra-ip': {
    sentence: 'Microsoft Entra ID cannot be used for RDP connections to IP addresses.',
    remedy: 'Connect to a target that is a resource, or use a user name and password.',
  },
  'entra-role': {
    sentence:
      'Microsoft Entra ID needs the role Virtual Machine Administrator Login or Virtual Machine User Login, and you have neither on the target.',
    remedy: 'Ask for one of the two roles on the target, or use another authentication method.',
  },
  'entra-not-joined': {
    sentence: 'The target is not joined to Microsoft Entra ID.',
    remedy: 'Use another authentication method, or have the target joined and the inventory say so.',
  },
  'kerberos-native': {
    sentence: 'Kerberos can be used in the portal only.',
    remedy: 'Connect in the portal, or use another authentication method.',
  },
  'kerberos-ip': {
    sentence: 'Kerberos cannot be used for connections to IP addresses.',
    remedy: 'Connect to a target that is a resource, or use a user name and password.',
  },
  'kerberos-upn': {
    sentence: 'Kerberos needs a user principal name, and none was given.',
    remedy: 'Give the user name as name@realm, or use another authentication method.',
  },
  'kerberos-cross-realm': {
    sentence: 'The user is of another Kerberos realm than the target, and cross-realm sign-in is not supported.',
    remedy: 'Sign in with a user of the target’s realm, or use another authentication method.',
  },
  'kerberos-ntlm-fallback': {
    sentence: 'Where Kerberos does not work, NTLM is used.',
    remedy: 'An operator can block the fallback to NTLM.',
  },
  'kerberos-alone': {
    sentence: 'The fallback to NTLM is blocked: where Kerberos does not work, the connection fails.',
    remedy: 'An operator can allow the fallback to NTLM.',
  },

  'portal-entra-recording': {
    sentence: 'An RDP session in the portal with Microsoft Entra ID cannot be recorded, and recording is required.',
    remedy:
      'Connect with a native client, choose another authentication method, or have an operator turn recording off for this target.',
  },
  'portal-entra-unrecorded': {
    sentence: 'An RDP session in the portal with Microsoft Entra ID cannot be recorded; this session is not.',
    remedy: 'Connect with a native client or choose another authentication method to be recorded.',
  },
  'recording-sku': {
    sentence: 'Recording is required, and needs the SKU Premium, which the host does not have.',
    remedy: 'Have an operator raise the SKU of the host to Premium, or turn recording off for this target.',
  },
  'recording-disabled': {
    sentence: 'Recording is required, and session recording is switched off on the host.',
    remedy: 'Have an operator switch "session recording" on, or turn recording off for this target.',
  },
  'recording-sku-unrecorded': {
    sentence: 'Recording needs the SKU Premium, which the host does not have; this session is not recorded.',
    remedy: 'An operator can raise the SKU of the host to Premium.',
  },
  'recording-disabled-unrecorded': {
    sentence: 'Session recording is switched off on the host; this session is not recorded.',
    remedy: 'An operator can switch "session recording" on.',
  },
  'recording-off': {
    sentence: 'Recording is off for this target; this session is not recorded.',
    remedy: 'An operator can turn recording on for the target.',
  },
  'recording-required': {
    sentence: 'This session is recorded; it ends when it cannot be recorded.',
    remedy: 'An operator can change the recording setting of the target.',
  },
  'recording-preferred': {
    sentence: 'This session is recorded; it goes on with a gap when it cannot be recorded.',
    remedy: 'An operator can change the recording setting of the target.',
  },

  'entrance-not-available': {
    sentence: 'This gateway does not have this entrance yet.',
    remedy: 'Connect with a native client.',
  },
  'links-not-available': {
    sentence: 'This gateway does not have shareable links yet.',
    remedy: 'Connect with a native client.',
  },
  'password-not-available': {
    sentence: 'Sign-in with a user name and password is not available on this gateway.',
    remedy: 'Use another authentication method.',
  },
  'entra-not-available': {
    sentence: 'Microsoft Entra ID sign-in to targets is not available on this gateway.',
    remedy: 'Use a user name and password.',
  },
  'kerberos-not-available': {
    sentence: 'Kerberos sign-in to targets is not available on this gateway.',
    remedy: 'Use a user name and password.',
  },

  'import-recorded': {
    sentence: 'This captured session is recorded as what it is: imported.',
    remedy: 'None is needed.',
  },
  'import-entra': {
    sentence:
      'Microsoft Entra ID sign-in shows in this capture, and a capture does not say whether the session came in by the portal, where such a session cannot be recorded.',
    remedy: 'If it was a native client that connected, say so with --method native; that is put on record.',
  },
} as const;

export type ReasonCode = keyof typeof REASONS;
