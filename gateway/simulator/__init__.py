"""A telephone network to try the gateway on: phones, a carrier between, and everything that can go wrong.

It stands outside the gateway. It imports ground and domain only, and the two talk by HTTP only, each with
its own code for the wire, so that a slip on one side shows.

**To the carrier**, JSON, header `Authorization: Bearer <token>`:

    POST /messages   {"from": "+15145550100", "to": "+15145550123", "text": "Hi", "reference": "0198…",
                      "receipt_url": "https://gw.example/hooks/demo/receipt?project=clinic&message=0198…"}
        202 {"id": "out-…", "segments": 1}
        400 {"code": "opted_out", "message": "…"}    the codes are in `gateway.simulator.faults`
        401 unauthorized · 429 throttled, with Retry-After in seconds · 500 broken
    GET  /messages?reference=0198…
        200 {"messages": [{"id": "out-…", "to": "…", "segments": 1, "at": 1790000000000}]}
    POST /phones/+15145550123/texts   {"to": "+15145550100", "text": "STOP"}: that phone texts our number
        200 {"id": "in-…", "acknowledged": true, "status": 200, "attempts": 1}, once the gateway
        acknowledged it or the carrier gave up
    GET  /phones/+15145550123   what lies on that phone, and what it texted

A repeated POST of one reference is a second text: as most real carriers, this one has no idempotency.

**To the gateway**, urlencoded forms in UTF-8; times are UTC milliseconds:

    inbound   id, from, to, text, received_at; for a part also concat_ref, concat_part, concat_total
    receipt   id, reference, status, code, at, part, parts
              status: sent, delivered, undelivered, rejected, expired, unknown; anything else: keep it raw

    X-Carrier-Signature: t=<unix seconds>,v1=<hex HMAC-SHA256(secret, t + "." + url + "." + body)>

Any 2xx acknowledges. Otherwise the same bytes come again, with the same signature and id, until the schedule
(`Faults.retries`) ends.
"""
