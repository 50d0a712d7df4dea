-- The spine: who may be written to, what was said both ways, and who is at it.
-- Times are integer UTC milliseconds, ids UUIDv7 made by the gateway, JSON is TEXT.
-- A project's rows carry project_id first in every primary and unique key.

CREATE TABLE lease (
    name TEXT PRIMARY KEY,
    holder TEXT NOT NULL,
    epoch BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);

CREATE TABLE contact (
    project_id TEXT NOT NULL,
    id TEXT NOT NULL,
    key TEXT NOT NULL,
    locale TEXT,
    timezone TEXT,
    region TEXT,
    postal_code TEXT,
    fields TEXT NOT NULL DEFAULT '{}',
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (project_id, id)
);
CREATE UNIQUE INDEX contact_key ON contact (project_id, key);

CREATE TABLE address (
    project_id TEXT NOT NULL,
    id TEXT NOT NULL,
    number TEXT NOT NULL,
    number_hash TEXT NOT NULL,
    contact_id TEXT,
    sender TEXT,
    created_at BIGINT NOT NULL,
    last_inbound_at BIGINT,
    last_outbound_at BIGINT,
    fallback_at BIGINT,
    clarified_at BIGINT,
    marketing_held_at BIGINT,
    PRIMARY KEY (project_id, id)
);
CREATE UNIQUE INDEX address_number ON address (project_id, number);
CREATE INDEX address_by_number ON address (number);

CREATE TABLE consent_event (
    project_id TEXT NOT NULL,
    id TEXT NOT NULL,
    number_hash TEXT NOT NULL,
    channel TEXT NOT NULL,
    topic TEXT NOT NULL,
    status TEXT NOT NULL,
    basis TEXT NOT NULL,
    source TEXT NOT NULL,
    wording TEXT NOT NULL,
    locale TEXT,
    evidence TEXT,
    actor TEXT,
    at BIGINT NOT NULL,
    expires_at BIGINT,
    PRIMARY KEY (project_id, id)
);
CREATE INDEX consent_event_number ON consent_event (project_id, number_hash, id);

CREATE TABLE suppression (
    project_id TEXT NOT NULL,
    number_hash TEXT NOT NULL,
    scope TEXT NOT NULL,
    reason TEXT NOT NULL,
    source TEXT NOT NULL,
    evidence TEXT,
    at BIGINT NOT NULL,
    confirmed_at BIGINT,
    carrier_blocks BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (project_id, number_hash)
);

CREATE TABLE inbound_seen (
    provider TEXT NOT NULL,
    ref TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (provider, ref)
);

CREATE TABLE inbound_part (
    provider TEXT NOT NULL,
    sender TEXT NOT NULL,
    number TEXT NOT NULL,
    reference TEXT NOT NULL,
    total BIGINT NOT NULL,
    part BIGINT NOT NULL,
    provider_ref TEXT NOT NULL,
    body TEXT NOT NULL, -- a JSON string: half an emoji is no UTF-8
    optout_answered TEXT,
    media TEXT NOT NULL, -- a JSON array
    received_at BIGINT NOT NULL,
    PRIMARY KEY (provider, sender, number, reference, total, part, provider_ref)
);

CREATE TABLE message (
    project_id TEXT NOT NULL,
    id TEXT NOT NULL,
    direction TEXT NOT NULL,
    status TEXT NOT NULL,
    address_id TEXT NOT NULL,
    number TEXT NOT NULL,
    sender TEXT NOT NULL,
    provider TEXT NOT NULL,
    provider_ref TEXT,
    body TEXT NOT NULL,
    purpose TEXT,
    priority BIGINT NOT NULL DEFAULT 0,
    ground TEXT,
    topic TEXT NOT NULL DEFAULT '*',
    encoding TEXT NOT NULL,
    units BIGINT NOT NULL,
    segments BIGINT NOT NULL,
    price TEXT,
    currency TEXT,
    template TEXT,
    locale TEXT,
    reason TEXT,
    why TEXT NOT NULL DEFAULT '[]',
    in_reply_to TEXT,
    thread_id TEXT,
    dialogue_id TEXT,
    author TEXT,
    attempts BIGINT NOT NULL DEFAULT 0,
    doubled BIGINT NOT NULL DEFAULT 0,
    asked_at BIGINT,
    created_at BIGINT NOT NULL,
    available_at BIGINT,
    expires_at BIGINT,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (project_id, id)
);
CREATE INDEX message_waiting ON message (sender, priority, available_at, id, status)
    WHERE status IN ('queued', 'held');
CREATE INDEX message_open ON message (project_id, address_id, sender)
    WHERE status IN ('queued', 'held', 'sending', 'uncertain');
CREATE INDEX message_blocking ON message (project_id, address_id, sender)
    WHERE status = 'sending' OR status = 'queued' AND (attempts > 0 OR reason IS NOT NULL);
CREATE INDEX message_unsettled ON message (available_at, updated_at)
    WHERE status = 'uncertain';
CREATE INDEX message_address ON message (project_id, address_id, created_at);
CREATE INDEX message_thread ON message (project_id, thread_id, id) WHERE thread_id IS NOT NULL;

CREATE TABLE attempt (
    project_id TEXT NOT NULL,
    message_id TEXT NOT NULL,
    number BIGINT NOT NULL,
    provider TEXT NOT NULL,
    epoch BIGINT NOT NULL,
    started_at BIGINT NOT NULL,
    finished_at BIGINT,
    outcome TEXT,
    provider_ref TEXT,
    code TEXT,
    detail TEXT,
    PRIMARY KEY (project_id, message_id, number)
);
CREATE INDEX attempt_unfinished ON attempt (provider, epoch) WHERE finished_at IS NULL;

CREATE TABLE receipt (
    project_id TEXT NOT NULL,
    message_id TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    provider_ref TEXT NOT NULL,
    status TEXT,
    raw_status TEXT NOT NULL,
    raw_code TEXT NOT NULL,
    reason TEXT,
    part BIGINT NOT NULL,
    parts BIGINT NOT NULL,
    at BIGINT NOT NULL,
    received_at BIGINT NOT NULL,
    PRIMARY KEY (project_id, message_id, fingerprint)
);

CREATE TABLE dialogue (
    project_id TEXT NOT NULL,
    id TEXT NOT NULL,
    address_id TEXT NOT NULL,
    sender TEXT NOT NULL,
    flow TEXT NOT NULL,
    state TEXT NOT NULL,
    data TEXT NOT NULL,
    locale TEXT NOT NULL,
    version BIGINT NOT NULL,
    due_at BIGINT,
    ended_reason TEXT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (project_id, id)
);
CREATE INDEX dialogue_active ON dialogue (project_id, address_id, sender) WHERE ended_reason IS NULL;
CREATE INDEX dialogue_due ON dialogue (due_at) WHERE ended_reason IS NULL AND due_at IS NOT NULL;

CREATE TABLE thread (
    project_id TEXT NOT NULL,
    id TEXT NOT NULL,
    address_id TEXT NOT NULL,
    number TEXT NOT NULL,
    sender TEXT NOT NULL,
    state TEXT NOT NULL,
    origin TEXT NOT NULL,
    flag TEXT,
    assignee TEXT,
    locale TEXT NOT NULL,
    asked_at BIGINT NOT NULL,
    last_inbound_at BIGINT,
    last_outbound_at BIGINT,
    closed_at BIGINT,
    closed_reason TEXT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (project_id, id)
);
CREATE INDEX thread_address ON thread (project_id, address_id, sender, id);
CREATE INDEX thread_state ON thread (project_id, state, asked_at);

CREATE TABLE event (
    project_id TEXT NOT NULL,
    id TEXT NOT NULL,
    type TEXT NOT NULL,
    object_id TEXT NOT NULL,
    data TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (project_id, id)
);
CREATE INDEX event_object ON event (project_id, object_id, id);

CREATE TABLE key_mark (
    purpose TEXT PRIMARY KEY,
    key_id TEXT NOT NULL
);

CREATE TABLE signin_link (
    token_hash TEXT PRIMARY KEY,
    user_id TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT
);

CREATE TABLE web_session (
    token_hash TEXT PRIMARY KEY,
    user_id TEXT NOT NULL,
    data TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);

CREATE TABLE handset (
    number TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
