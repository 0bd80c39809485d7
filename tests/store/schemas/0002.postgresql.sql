CREATE SEQUENCE arrivals;
CREATE TABLE counters (
	name TEXT NOT NULL, 
	last BIGINT NOT NULL, 
	PRIMARY KEY (name)
);
CREATE TABLE sandboxes (
	id TEXT NOT NULL, 
	world BIGINT NOT NULL, 
	name TEXT NOT NULL, 
	ruleset TEXT NOT NULL, 
	settings TEXT NOT NULL, 
	seed TEXT NOT NULL, 
	origin TEXT NOT NULL, 
	serial INTEGER NOT NULL, 
	created_at BIGINT NOT NULL, 
	clock_mode TEXT NOT NULL, 
	clock_virtual BIGINT NOT NULL, 
	clock_wall BIGINT NOT NULL, 
	PRIMARY KEY (id)
);
CREATE INDEX sandboxes_by_clock ON sandboxes (clock_mode, id);
CREATE INDEX sandboxes_by_world ON sandboxes (world);
CREATE TABLE snapshots (
	sandbox TEXT NOT NULL, 
	id TEXT NOT NULL, 
	serial INTEGER NOT NULL, 
	name TEXT NOT NULL, 
	world BIGINT NOT NULL, 
	orders INTEGER NOT NULL, 
	clock_mode TEXT NOT NULL, 
	clock_virtual BIGINT NOT NULL, 
	clock_wall BIGINT NOT NULL, 
	PRIMARY KEY (sandbox, id)
);
CREATE INDEX snapshots_by_age ON snapshots (sandbox, serial);
CREATE TABLE forsaken (
	world BIGINT NOT NULL, 
	PRIMARY KEY (world)
);
CREATE TABLE tokens (
	sandbox TEXT NOT NULL, 
	hash BYTEA NOT NULL, 
	account TEXT NOT NULL, 
	PRIMARY KEY (sandbox, hash)
);
CREATE INDEX tokens_by_hash ON tokens (hash);
CREATE TABLE accounts (
	world BIGINT NOT NULL, 
	id TEXT NOT NULL, 
	name TEXT NOT NULL, 
	role TEXT NOT NULL, 
	store TEXT, 
	serial INTEGER NOT NULL, 
	PRIMARY KEY (world, id)
);
CREATE TABLE stores (
	world BIGINT NOT NULL, 
	id TEXT NOT NULL, 
	name TEXT NOT NULL, 
	seller TEXT NOT NULL, 
	opened_at BIGINT NOT NULL, 
	closed_at BIGINT, 
	PRIMARY KEY (world, id)
);
CREATE TABLE orders (
	world BIGINT NOT NULL, 
	id TEXT NOT NULL, 
	buyer TEXT NOT NULL, 
	seller TEXT NOT NULL, 
	store TEXT NOT NULL, 
	status TEXT NOT NULL, 
	placed_at BIGINT NOT NULL, 
	seq BIGINT NOT NULL, 
	next_due_at BIGINT, 
	dispute TEXT, 
	mediated INTEGER NOT NULL, 
	currency TEXT NOT NULL, 
	held BIGINT NOT NULL, 
	paid_out BIGINT NOT NULL, 
	refunded BIGINT NOT NULL, 
	events INTEGER NOT NULL, 
	body TEXT NOT NULL, 
	PRIMARY KEY (world, id)
);
CREATE INDEX orders_due ON orders (world, next_due_at, id);
CREATE INDEX orders_of_seller ON orders (world, seller, placed_at, seq);
CREATE INDEX orders_of_buyer ON orders (world, buyer, placed_at, seq);
CREATE INDEX orders_of_mediator ON orders (world, mediated, placed_at, seq);
CREATE INDEX orders_of_store ON orders (world, store);
CREATE TABLE disputes (
	world BIGINT NOT NULL, 
	id TEXT NOT NULL, 
	order_id TEXT NOT NULL, 
	buyer TEXT NOT NULL, 
	seller TEXT NOT NULL, 
	store TEXT NOT NULL, 
	status TEXT NOT NULL, 
	outcome TEXT, 
	mediated INTEGER NOT NULL, 
	opened_at BIGINT NOT NULL, 
	seq BIGINT NOT NULL, 
	closed_at BIGINT, 
	about_goods INTEGER NOT NULL, 
	withdrawn INTEGER NOT NULL, 
	marked_at BIGINT, 
	body TEXT NOT NULL, 
	PRIMARY KEY (world, id)
);
CREATE INDEX disputes_of_buyer ON disputes (world, buyer, opened_at, seq);
CREATE INDEX disputes_of_seller ON disputes (world, seller, opened_at, seq);
CREATE INDEX disputes_of_mediator ON disputes (world, mediated, opened_at, seq);
CREATE INDEX disputes_of_store ON disputes (world, store, about_goods, opened_at);
CREATE INDEX disputes_of_order ON disputes (world, order_id);
CREATE TABLE events (
	world BIGINT NOT NULL, 
	order_id TEXT NOT NULL, 
	number INTEGER NOT NULL, 
	dispute TEXT, 
	at BIGINT NOT NULL, 
	by TEXT NOT NULL, 
	row TEXT NOT NULL, 
	before TEXT NOT NULL, 
	after TEXT NOT NULL, 
	details TEXT NOT NULL, 
	PRIMARY KEY (world, order_id, number)
);
CREATE INDEX events_by_time ON events (world, at, order_id, number);
CREATE TABLE ledger (
	world BIGINT NOT NULL, 
	order_id TEXT NOT NULL, 
	number INTEGER NOT NULL, 
	leg INTEGER NOT NULL, 
	at BIGINT NOT NULL, 
	rule TEXT NOT NULL, 
	source TEXT NOT NULL, 
	target TEXT NOT NULL, 
	amount BIGINT NOT NULL, 
	currency TEXT NOT NULL, 
	PRIMARY KEY (world, order_id, number, leg)
);
CREATE TABLE mails (
	world BIGINT NOT NULL, 
	at BIGINT NOT NULL, 
	seq BIGINT NOT NULL, 
	order_id TEXT NOT NULL, 
	number INTEGER NOT NULL, 
	recipient TEXT NOT NULL, 
	PRIMARY KEY (world, at, seq)
);
CREATE INDEX mails_of_recipient ON mails (world, recipient, at, seq);
CREATE TABLE messages (
	world BIGINT NOT NULL, 
	order_id TEXT NOT NULL, 
	id TEXT NOT NULL, 
	number INTEGER NOT NULL, 
	by TEXT NOT NULL, 
	text TEXT NOT NULL, 
	sent_at BIGINT NOT NULL, 
	reported_at BIGINT, 
	store TEXT NOT NULL, 
	PRIMARY KEY (world, order_id, id)
);
CREATE INDEX messages_of_store ON messages (world, store, reported_at);
CREATE INDEX messages_of_order ON messages (world, order_id, number);
CREATE TABLE reviews (
	world BIGINT NOT NULL, 
	order_id TEXT NOT NULL, 
	store TEXT NOT NULL, 
	stars INTEGER NOT NULL, 
	text TEXT, 
	made_at BIGINT NOT NULL, 
	PRIMARY KEY (world, order_id)
);
CREATE INDEX reviews_of_store ON reviews (world, store, made_at);
CREATE TABLE evidence (
	world BIGINT NOT NULL, 
	id TEXT NOT NULL, 
	by TEXT NOT NULL, 
	role TEXT NOT NULL, 
	name TEXT NOT NULL, 
	media_type TEXT NOT NULL, 
	size BIGINT NOT NULL, 
	sha256 TEXT NOT NULL, 
	uploaded_at BIGINT NOT NULL, 
	PRIMARY KEY (world, id)
);
CREATE TABLE attachments (
	world BIGINT NOT NULL, 
	evidence TEXT NOT NULL, 
	dispute TEXT NOT NULL, 
	PRIMARY KEY (world, evidence, dispute)
);
CREATE TABLE files (
	world BIGINT NOT NULL, 
	sha256 TEXT NOT NULL, 
	bytes BYTEA NOT NULL, 
	PRIMARY KEY (world, sha256)
);
CREATE TABLE replies (
	world BIGINT NOT NULL, 
	owner TEXT NOT NULL, 
	key TEXT NOT NULL, 
	fingerprint BYTEA NOT NULL, 
	at BIGINT NOT NULL, 
	plan TEXT, 
	location TEXT, 
	body TEXT, 
	PRIMARY KEY (world, owner, key)
);
CREATE INDEX replies_by_age ON replies (world, owner, at);
CREATE TABLE tallies (
	sandbox TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	name TEXT NOT NULL, 
	hits BIGINT NOT NULL, 
	PRIMARY KEY (sandbox, kind, name)
);
CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL, CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num));
