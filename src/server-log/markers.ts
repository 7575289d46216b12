/** What a failed logout looks like in any wrapping; text that holds it and cannot be read must not count as peace. */
export const FAILURE =
  /KC-SERVICES00(?:51|57|58|59)|Some clients have (?:been )?not been logged out|LOGOUT_ERROR|failed to send saml logout|Logout failed for client|Failed (?:saml )?backchannel broker logout/

/** A frame of a stack trace, as it stands behind tabs, spaces or an escaped tab. */
export const FRAME = /^(?:\s|\\t|#011)*(?:at [\w.$/<]|\.\.\. \d+ (?:more|common frames))/

/** Lines that belong to the entry before them: frames and causes of a stack trace. */
export const CONTINUATION =
  /^(?:\s|\\t|#011)*(?:at [\w.$/<]|\.\.\. \d+ (?:more|common frames)|Caused by: |Suppressed: )/

/** A line that is an exception by itself: `java.net.ConnectException: Connection refused`. */
export const EXCEPTION = /^\s*((?:[a-z][\w$]*\.){1,}[A-Z][\w$]*(?:Exception|Error|Failure)\w*(?::.*)?)$/
