"""The paths under which the world reaches this program; documents, links and the reverse proxy rely on them."""

HEALTH = "/health"
METRICS = "/metrics"
WECOM_CALLBACK = "/wecom/callback"
SMS_UPLINK = "/sms/uplink/"  # followed by sms.callback_secret: the gateway does not sign its pushes
SMS_RECEIPT = "/sms/receipt/"
INTERVIEW_LINK = "/i/"
DOWNLOAD_LINK = "/d/"
REVEAL_LINK = "/r/"
EVIDENCE_LINK = "/e/"
FACTOR_LINK = "/f/"
DEMO_CLOCK = "/demo/clock"
PRIVACY = "/privacy"
