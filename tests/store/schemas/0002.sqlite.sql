BEGIN TRANSACTION;
CREATE TABLE accounts (
	world BIGINT NOT NULL, 
	id TEXT NOT NULL, 
	name TEXT NOT NULL, 
	role TEXT NOT NULL, 
	store TEXT, 
	serial INTEGER NOT NULL, 
	PRIMARY KEY (world, id)
)
 WITHOUT ROWID

;
INSERT INTO "accounts" VALUES(2,'acc_3etwm6yfvelubnhi','buyer','buyer',NULL,8);
INSERT INTO "accounts" VALUES(2,'acc_v5xrzx6o6bqvq7ef','seller','seller','sto_fizqmnigumretkjm',0);
INSERT INTO "accounts" VALUES(2,'acc_yyf3qbgyoldi244l','mediator','mediator',NULL,0);
INSERT INTO "accounts" VALUES(40,'acc_3etwm6yfvelubnhi','buyer','buyer',NULL,6);
INSERT INTO "accounts" VALUES(40,'acc_v5xrzx6o6bqvq7ef','seller','seller','sto_fizqmnigumretkjm',0);
INSERT INTO "accounts" VALUES(40,'acc_yyf3qbgyoldi244l','mediator','mediator',NULL,0);
INSERT INTO "accounts" VALUES(66,'acc_55q74pfacfggg4rx','mediator','mediator',NULL,0);
INSERT INTO "accounts" VALUES(66,'acc_6rwlxxwvbqx43npd','buyer','buyer',NULL,1);
INSERT INTO "accounts" VALUES(66,'acc_eh7ggjohuxaw3cph','seller','seller','sto_m26bildrfvpjq5g6',0);
INSERT INTO "accounts" VALUES(77,'acc_55q74pfacfggg4rx','mediator','mediator',NULL,0);
INSERT INTO "accounts" VALUES(77,'acc_6rwlxxwvbqx43npd','buyer','buyer',NULL,1);
INSERT INTO "accounts" VALUES(77,'acc_eh7ggjohuxaw3cph','seller','seller','sto_m26bildrfvpjq5g6',0);
CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL, CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num));
INSERT INTO "alembic_version" VALUES('0002');
CREATE TABLE attachments (
	world BIGINT NOT NULL, 
	evidence TEXT NOT NULL, 
	dispute TEXT NOT NULL, 
	PRIMARY KEY (world, evidence, dispute)
)
 WITHOUT ROWID

;
INSERT INTO "attachments" VALUES(2,'evd_s5m5rq7vraz2ktcu','dsp_e6kjjwa46z4ak7pt');
INSERT INTO "attachments" VALUES(40,'evd_s5m5rq7vraz2ktcu','dsp_e6kjjwa46z4ak7pt');
CREATE TABLE counters (
	name TEXT NOT NULL, 
	last BIGINT NOT NULL, 
	PRIMARY KEY (name)
);
INSERT INTO "counters" VALUES('arrivals',80);
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
INSERT INTO "disputes" VALUES(2,'dsp_znypnuj5ahoqwzsz','ord_iu3zpi6spwe27v7h','acc_3etwm6yfvelubnhi','acc_v5xrzx6o6bqvq7ef','sto_fizqmnigumretkjm','closed','ruled_for_buyer',1,1767268800,23,1767268800,0,0,NULL,'{"id":"dsp_znypnuj5ahoqwzsz","status":"closed","reason":"no_tracking","remedy":"refund","amount":10000,"explanation":"So it is.","opened_at":"2026-01-01T12:00:00Z","evidence":[],"edits_used":0,"seller_refused":true,"solutions":[{"id":"sol_t6iwh6v7nedapzg2","by":"buyer","remedy":"refund","amount":10000,"reason":"no_tracking","made_at":"2026-01-01T12:00:00Z"}],"buyer_solution":"sol_t6iwh6v7nedapzg2","seller_solution":null,"claim":{"status":"closed","kind":"mediation","opened_at":"2026-01-01T12:00:00Z","questions":[],"declined":null},"settlement":null,"goods":null,"outcome":"ruled_for_buyer","compensation":4000,"closed_at":"2026-01-01T12:00:00Z","cancel_reason":null,"first_end":null,"marked_at":null,"superseded":false}');
INSERT INTO "disputes" VALUES(2,'dsp_e6kjjwa46z4ak7pt','ord_x4g72h6agtamz2cu','acc_3etwm6yfvelubnhi','acc_v5xrzx6o6bqvq7ef','sto_fizqmnigumretkjm','waiting_for_seller',NULL,0,1767268800,37,NULL,1,0,NULL,'{"id":"dsp_e6kjjwa46z4ak7pt","status":"waiting_for_seller","reason":"defective","remedy":"refund","amount":10000,"explanation":"So it is.","opened_at":"2026-01-01T12:00:00Z","evidence":[{"id":"evd_s5m5rq7vraz2ktcu","by":"buyer","size":140,"attached_at":"2026-01-01T12:00:00Z"}],"edits_used":0,"seller_refused":false,"solutions":[{"id":"sol_f7w7yhwp54xotbog","by":"buyer","remedy":"refund","amount":10000,"reason":"defective","made_at":"2026-01-01T12:00:00Z"}],"buyer_solution":"sol_f7w7yhwp54xotbog","seller_solution":null,"claim":null,"settlement":null,"goods":null,"outcome":null,"compensation":null,"closed_at":null,"cancel_reason":null,"first_end":null,"marked_at":null,"superseded":false}');
INSERT INTO "disputes" VALUES(40,'dsp_znypnuj5ahoqwzsz','ord_iu3zpi6spwe27v7h','acc_3etwm6yfvelubnhi','acc_v5xrzx6o6bqvq7ef','sto_fizqmnigumretkjm','closed','ruled_for_buyer',1,1767268800,23,1767268800,0,0,NULL,'{"id":"dsp_znypnuj5ahoqwzsz","status":"closed","reason":"no_tracking","remedy":"refund","amount":10000,"explanation":"So it is.","opened_at":"2026-01-01T12:00:00Z","evidence":[],"edits_used":0,"seller_refused":true,"solutions":[{"id":"sol_t6iwh6v7nedapzg2","by":"buyer","remedy":"refund","amount":10000,"reason":"no_tracking","made_at":"2026-01-01T12:00:00Z"}],"buyer_solution":"sol_t6iwh6v7nedapzg2","seller_solution":null,"claim":{"status":"closed","kind":"mediation","opened_at":"2026-01-01T12:00:00Z","questions":[],"declined":null},"settlement":null,"goods":null,"outcome":"ruled_for_buyer","compensation":4000,"closed_at":"2026-01-01T12:00:00Z","cancel_reason":null,"first_end":null,"marked_at":null,"superseded":false}');
INSERT INTO "disputes" VALUES(40,'dsp_e6kjjwa46z4ak7pt','ord_x4g72h6agtamz2cu','acc_3etwm6yfvelubnhi','acc_v5xrzx6o6bqvq7ef','sto_fizqmnigumretkjm','waiting_for_seller',NULL,0,1767268800,37,NULL,1,0,NULL,'{"id":"dsp_e6kjjwa46z4ak7pt","status":"waiting_for_seller","reason":"defective","remedy":"refund","amount":10000,"explanation":"So it is.","opened_at":"2026-01-01T12:00:00Z","evidence":[{"id":"evd_s5m5rq7vraz2ktcu","by":"buyer","size":140,"attached_at":"2026-01-01T12:00:00Z"}],"edits_used":0,"seller_refused":false,"solutions":[{"id":"sol_f7w7yhwp54xotbog","by":"buyer","remedy":"refund","amount":10000,"reason":"defective","made_at":"2026-01-01T12:00:00Z"}],"buyer_solution":"sol_f7w7yhwp54xotbog","seller_solution":null,"claim":null,"settlement":null,"goods":null,"outcome":null,"compensation":null,"closed_at":null,"cancel_reason":null,"first_end":null,"marked_at":null,"superseded":false}');
INSERT INTO "disputes" VALUES(2,'dsp_xavkxcmswd2vf5fm','ord_lcxyxje4few4pu2f','acc_3etwm6yfvelubnhi','acc_v5xrzx6o6bqvq7ef','sto_fizqmnigumretkjm','mediating',NULL,1,1767441600,46,NULL,0,0,NULL,'{"id":"dsp_xavkxcmswd2vf5fm","status":"mediating","reason":"no_tracking","remedy":"refund","amount":10000,"explanation":"So it is.","opened_at":"2026-01-03T12:00:00Z","evidence":[],"edits_used":0,"seller_refused":true,"solutions":[{"id":"sol_weml4vamkf7usx5w","by":"buyer","remedy":"refund","amount":10000,"reason":"no_tracking","made_at":"2026-01-03T12:00:00Z"}],"buyer_solution":"sol_weml4vamkf7usx5w","seller_solution":null,"claim":{"status":"waiting_for_buyer","kind":"mediation","opened_at":"2026-01-03T12:00:00Z","questions":[{"to":"buyer","text":"Why?","evidence_required":false,"asked_at":"2026-01-03T12:00:00Z","due_at":"2026-01-13T12:00:00Z","answer":null,"lapsed":false}],"declined":null},"settlement":null,"goods":null,"outcome":null,"compensation":null,"closed_at":null,"cancel_reason":null,"first_end":null,"marked_at":null,"superseded":false}');
INSERT INTO "disputes" VALUES(2,'dsp_2vwnrugyhxxo33ye','ord_hbqlpucq4ug3nhze','acc_3etwm6yfvelubnhi','acc_v5xrzx6o6bqvq7ef','sto_fizqmnigumretkjm','waiting_for_buyer',NULL,0,1767441600,60,NULL,0,0,NULL,'{"id":"dsp_2vwnrugyhxxo33ye","status":"waiting_for_buyer","reason":"no_tracking","remedy":"refund","amount":10000,"explanation":"So it is.","opened_at":"2026-01-03T12:00:00Z","evidence":[],"edits_used":0,"seller_refused":true,"solutions":[{"id":"sol_c2xxgroftu2lw55g","by":"buyer","remedy":"refund","amount":10000,"reason":"no_tracking","made_at":"2026-01-03T12:00:00Z"},{"id":"sol_4sshbqpusrv6vkcv","by":"seller","remedy":"refund","amount":2000,"reason":"No.","made_at":"2026-01-03T12:00:00Z"}],"buyer_solution":"sol_c2xxgroftu2lw55g","seller_solution":"sol_4sshbqpusrv6vkcv","claim":null,"settlement":null,"goods":null,"outcome":null,"compensation":null,"closed_at":null,"cancel_reason":null,"first_end":null,"marked_at":null,"superseded":false}');
INSERT INTO "disputes" VALUES(66,'dsp_j3sihatc2q6o36oa','ord_kq6bermwmpobpkkg','acc_6rwlxxwvbqx43npd','acc_eh7ggjohuxaw3cph','sto_m26bildrfvpjq5g6','closed','accepted_by_seller',0,1767268800,72,1767268800,1,0,1767268800,'{"id":"dsp_j3sihatc2q6o36oa","status":"closed","reason":"defective","remedy":"refund","amount":10000,"explanation":"So it is.","opened_at":"2026-01-01T12:00:00Z","evidence":[],"edits_used":0,"seller_refused":false,"solutions":[{"id":"sol_xjngazeksmiqukin","by":"buyer","remedy":"refund","amount":10000,"reason":"defective","made_at":"2026-01-01T12:00:00Z"}],"buyer_solution":"sol_xjngazeksmiqukin","seller_solution":null,"claim":null,"settlement":null,"goods":null,"outcome":"accepted_by_seller","compensation":10000,"closed_at":"2026-01-01T12:00:00Z","cancel_reason":null,"first_end":null,"marked_at":"2026-01-01T12:00:00Z","superseded":false}');
CREATE TABLE events (
	world BIGINT NOT NULL, 
	order_id TEXT NOT NULL, 
	number INTEGER NOT NULL, 
	dispute TEXT, 
	at BIGINT NOT NULL, 
	"by" TEXT NOT NULL, 
	"row" TEXT NOT NULL, 
	"before" TEXT NOT NULL, 
	"after" TEXT NOT NULL, 
	details TEXT NOT NULL, 
	PRIMARY KEY (world, order_id, number)
)
 WITHOUT ROWID

;
INSERT INTO "events" VALUES(2,'ord_5eypaoocawb3akn4',1,NULL,1767268800,'buyer','place_order','new/none/none/none/none','awaiting_shipment/none/none/none/none','{"store":"sto_fizqmnigumretkjm","item":{"title":"A lamp","quantity":1},"total":{"amount":"100.00","currency":"USD"}}');
INSERT INTO "events" VALUES(2,'ord_b2uw3mxxlzbkmvkt',1,NULL,1767268800,'buyer','place_order','new/none/none/none/none','awaiting_shipment/none/none/none/none','{"store":"sto_fizqmnigumretkjm","item":{"title":"A lamp","quantity":1},"total":{"amount":"100.00","currency":"USD"}}');
INSERT INTO "events" VALUES(2,'ord_b2uw3mxxlzbkmvkt',2,NULL,1767268800,'seller','ship','awaiting_shipment/none/none/none/none','awaiting_confirmation/none/none/none/none','{}');
INSERT INTO "events" VALUES(2,'ord_b2uw3mxxlzbkmvkt',3,NULL,1767268800,'buyer','confirm_receipt','awaiting_confirmation/none/none/none/none','finished/none/none/none/none','{}');
INSERT INTO "events" VALUES(2,'ord_hbqlpucq4ug3nhze',1,NULL,1767441600,'buyer','place_order','new/none/none/none/none','awaiting_shipment/none/none/none/none','{"store":"sto_fizqmnigumretkjm","item":{"title":"A lamp","quantity":1},"total":{"amount":"100.00","currency":"USD"}}');
INSERT INTO "events" VALUES(2,'ord_hbqlpucq4ug3nhze',2,NULL,1767441600,'seller','ship','awaiting_shipment/none/none/none/none','awaiting_confirmation/none/none/none/none','{}');
INSERT INTO "events" VALUES(2,'ord_hbqlpucq4ug3nhze',3,NULL,1767441600,'carrier','deliver_order','awaiting_confirmation/none/none/none/none','awaiting_confirmation/none/none/none/none','{}');
INSERT INTO "events" VALUES(2,'ord_hbqlpucq4ug3nhze',4,'dsp_2vwnrugyhxxo33ye',1767441600,'buyer','open_dispute','awaiting_confirmation/none/none/none/none','in_dispute/waiting_for_seller/none/none/none','{"reason":"no_tracking","remedy":"refund","amount":{"amount":"100.00","currency":"USD"},"explanation":"So it is."}');
INSERT INTO "events" VALUES(2,'ord_hbqlpucq4ug3nhze',5,'dsp_2vwnrugyhxxo33ye',1767441600,'seller','refuse','in_dispute/waiting_for_seller/none/none/none','in_dispute/waiting_for_buyer/none/none/none','{"reason":"No.","remedy":"refund","amount":{"amount":"20.00","currency":"USD"}}');
INSERT INTO "events" VALUES(2,'ord_iu3zpi6spwe27v7h',1,NULL,1767268800,'buyer','place_order','new/none/none/none/none','awaiting_shipment/none/none/none/none','{"store":"sto_fizqmnigumretkjm","item":{"title":"A lamp","quantity":1},"total":{"amount":"100.00","currency":"USD"}}');
INSERT INTO "events" VALUES(2,'ord_iu3zpi6spwe27v7h',2,NULL,1767268800,'seller','ship','awaiting_shipment/none/none/none/none','awaiting_confirmation/none/none/none/none','{}');
INSERT INTO "events" VALUES(2,'ord_iu3zpi6spwe27v7h',3,NULL,1767268800,'carrier','deliver_order','awaiting_confirmation/none/none/none/none','awaiting_confirmation/none/none/none/none','{}');
INSERT INTO "events" VALUES(2,'ord_iu3zpi6spwe27v7h',4,'dsp_znypnuj5ahoqwzsz',1767268800,'buyer','open_dispute','awaiting_confirmation/none/none/none/none','in_dispute/waiting_for_seller/none/none/none','{"reason":"no_tracking","remedy":"refund","amount":{"amount":"100.00","currency":"USD"},"explanation":"So it is."}');
INSERT INTO "events" VALUES(2,'ord_iu3zpi6spwe27v7h',5,'dsp_znypnuj5ahoqwzsz',1767268800,'seller','refuse','in_dispute/waiting_for_seller/none/none/none','in_dispute/waiting_for_buyer/none/none/none','{"reason":"No."}');
INSERT INTO "events" VALUES(2,'ord_iu3zpi6spwe27v7h',6,'dsp_znypnuj5ahoqwzsz',1767268800,'buyer','escalate','in_dispute/waiting_for_buyer/none/none/none','in_dispute/mediating/processing/mediation/none','{}');
INSERT INTO "events" VALUES(2,'ord_iu3zpi6spwe27v7h',7,'dsp_znypnuj5ahoqwzsz',1767268800,'mediator','rule_for_buyer','in_dispute/mediating/processing/mediation/none','payment_processing/closed/closed/mediation/none','{"in_favor_of":"buyer","amount":{"amount":"40.00","currency":"USD"},"explanation":"So it is.","compensation":{"amount":"40.00","currency":"USD"}}');
INSERT INTO "events" VALUES(2,'ord_iu3zpi6spwe27v7h',8,NULL,1767268800,'seller','send_message_seller','payment_processing/closed/closed/mediation/none','payment_processing/closed/closed/mediation/none','{"text":"Sorry – “so” it is.\nReally."}');
INSERT INTO "events" VALUES(2,'ord_iu3zpi6spwe27v7h',9,NULL,1767614400,'buyer','send_message_buyer','payment_processing/closed/closed/mediation/none','payment_processing/closed/closed/mediation/none','{"text":"Once."}');
INSERT INTO "events" VALUES(2,'ord_jsmn4ajodwu53kyu',1,NULL,1767268800,'buyer','place_order','new/none/none/none/none','awaiting_shipment/none/none/none/none','{"store":"sto_fizqmnigumretkjm","item":{"title":"A lamp","quantity":1},"total":{"amount":"100.00","currency":"USD"}}');
INSERT INTO "events" VALUES(2,'ord_jsmn4ajodwu53kyu',2,NULL,1767268800,'buyer','cancel_order','awaiting_shipment/none/none/none/none','cancelled/none/none/none/none','{}');
INSERT INTO "events" VALUES(2,'ord_lcxyxje4few4pu2f',1,NULL,1767441600,'buyer','place_order','new/none/none/none/none','awaiting_shipment/none/none/none/none','{"store":"sto_fizqmnigumretkjm","item":{"title":"A lamp","quantity":1},"total":{"amount":"100.00","currency":"USD"}}');
INSERT INTO "events" VALUES(2,'ord_lcxyxje4few4pu2f',2,NULL,1767441600,'seller','ship','awaiting_shipment/none/none/none/none','awaiting_confirmation/none/none/none/none','{}');
INSERT INTO "events" VALUES(2,'ord_lcxyxje4few4pu2f',3,NULL,1767441600,'carrier','deliver_order','awaiting_confirmation/none/none/none/none','awaiting_confirmation/none/none/none/none','{}');
INSERT INTO "events" VALUES(2,'ord_lcxyxje4few4pu2f',4,'dsp_xavkxcmswd2vf5fm',1767441600,'buyer','open_dispute','awaiting_confirmation/none/none/none/none','in_dispute/waiting_for_seller/none/none/none','{"reason":"no_tracking","remedy":"refund","amount":{"amount":"100.00","currency":"USD"},"explanation":"So it is."}');
INSERT INTO "events" VALUES(2,'ord_lcxyxje4few4pu2f',5,'dsp_xavkxcmswd2vf5fm',1767441600,'seller','refuse','in_dispute/waiting_for_seller/none/none/none','in_dispute/waiting_for_buyer/none/none/none','{"reason":"No."}');
INSERT INTO "events" VALUES(2,'ord_lcxyxje4few4pu2f',6,'dsp_xavkxcmswd2vf5fm',1767441600,'buyer','escalate','in_dispute/waiting_for_buyer/none/none/none','in_dispute/mediating/processing/mediation/none','{}');
INSERT INTO "events" VALUES(2,'ord_lcxyxje4few4pu2f',7,'dsp_xavkxcmswd2vf5fm',1767441600,'mediator','ask_buyer','in_dispute/mediating/processing/mediation/none','in_dispute/mediating/waiting_for_buyer/mediation/none','{"to":"buyer","question":"Why?","evidence_required":false}');
INSERT INTO "events" VALUES(2,'ord_x4g72h6agtamz2cu',1,NULL,1767268800,'buyer','place_order','new/none/none/none/none','awaiting_shipment/none/none/none/none','{"store":"sto_fizqmnigumretkjm","item":{"title":"A lamp","quantity":1},"total":{"amount":"100.00","currency":"USD"}}');
INSERT INTO "events" VALUES(2,'ord_x4g72h6agtamz2cu',2,NULL,1767268800,'seller','ship','awaiting_shipment/none/none/none/none','awaiting_confirmation/none/none/none/none','{}');
INSERT INTO "events" VALUES(2,'ord_x4g72h6agtamz2cu',3,NULL,1767268800,'carrier','deliver_order','awaiting_confirmation/none/none/none/none','awaiting_confirmation/none/none/none/none','{}');
INSERT INTO "events" VALUES(2,'ord_x4g72h6agtamz2cu',4,'dsp_e6kjjwa46z4ak7pt',1767268800,'buyer','open_dispute','awaiting_confirmation/none/none/none/none','in_dispute/waiting_for_seller/none/none/none','{"reason":"defective","remedy":"refund","amount":{"amount":"100.00","currency":"USD"},"explanation":"So it is.","evidence":["evd_s5m5rq7vraz2ktcu"]}');
INSERT INTO "events" VALUES(40,'ord_5eypaoocawb3akn4',1,NULL,1767268800,'buyer','place_order','new/none/none/none/none','awaiting_shipment/none/none/none/none','{"store":"sto_fizqmnigumretkjm","item":{"title":"A lamp","quantity":1},"total":{"amount":"100.00","currency":"USD"}}');
INSERT INTO "events" VALUES(40,'ord_b2uw3mxxlzbkmvkt',1,NULL,1767268800,'buyer','place_order','new/none/none/none/none','awaiting_shipment/none/none/none/none','{"store":"sto_fizqmnigumretkjm","item":{"title":"A lamp","quantity":1},"total":{"amount":"100.00","currency":"USD"}}');
INSERT INTO "events" VALUES(40,'ord_b2uw3mxxlzbkmvkt',2,NULL,1767268800,'seller','ship','awaiting_shipment/none/none/none/none','awaiting_confirmation/none/none/none/none','{}');
INSERT INTO "events" VALUES(40,'ord_b2uw3mxxlzbkmvkt',3,NULL,1767268800,'buyer','confirm_receipt','awaiting_confirmation/none/none/none/none','finished/none/none/none/none','{}');
INSERT INTO "events" VALUES(40,'ord_iu3zpi6spwe27v7h',1,NULL,1767268800,'buyer','place_order','new/none/none/none/none','awaiting_shipment/none/none/none/none','{"store":"sto_fizqmnigumretkjm","item":{"title":"A lamp","quantity":1},"total":{"amount":"100.00","currency":"USD"}}');
INSERT INTO "events" VALUES(40,'ord_iu3zpi6spwe27v7h',2,NULL,1767268800,'seller','ship','awaiting_shipment/none/none/none/none','awaiting_confirmation/none/none/none/none','{}');
INSERT INTO "events" VALUES(40,'ord_iu3zpi6spwe27v7h',3,NULL,1767268800,'carrier','deliver_order','awaiting_confirmation/none/none/none/none','awaiting_confirmation/none/none/none/none','{}');
INSERT INTO "events" VALUES(40,'ord_iu3zpi6spwe27v7h',4,'dsp_znypnuj5ahoqwzsz',1767268800,'buyer','open_dispute','awaiting_confirmation/none/none/none/none','in_dispute/waiting_for_seller/none/none/none','{"reason":"no_tracking","remedy":"refund","amount":{"amount":"100.00","currency":"USD"},"explanation":"So it is."}');
INSERT INTO "events" VALUES(40,'ord_iu3zpi6spwe27v7h',5,'dsp_znypnuj5ahoqwzsz',1767268800,'seller','refuse','in_dispute/waiting_for_seller/none/none/none','in_dispute/waiting_for_buyer/none/none/none','{"reason":"No."}');
INSERT INTO "events" VALUES(40,'ord_iu3zpi6spwe27v7h',6,'dsp_znypnuj5ahoqwzsz',1767268800,'buyer','escalate','in_dispute/waiting_for_buyer/none/none/none','in_dispute/mediating/processing/mediation/none','{}');
INSERT INTO "events" VALUES(40,'ord_iu3zpi6spwe27v7h',7,'dsp_znypnuj5ahoqwzsz',1767268800,'mediator','rule_for_buyer','in_dispute/mediating/processing/mediation/none','payment_processing/closed/closed/mediation/none','{"in_favor_of":"buyer","amount":{"amount":"40.00","currency":"USD"},"explanation":"So it is.","compensation":{"amount":"40.00","currency":"USD"}}');
INSERT INTO "events" VALUES(40,'ord_iu3zpi6spwe27v7h',8,NULL,1767268800,'seller','send_message_seller','payment_processing/closed/closed/mediation/none','payment_processing/closed/closed/mediation/none','{"text":"Sorry – “so” it is.\nReally."}');
INSERT INTO "events" VALUES(40,'ord_jsmn4ajodwu53kyu',1,NULL,1767268800,'buyer','place_order','new/none/none/none/none','awaiting_shipment/none/none/none/none','{"store":"sto_fizqmnigumretkjm","item":{"title":"A lamp","quantity":1},"total":{"amount":"100.00","currency":"USD"}}');
INSERT INTO "events" VALUES(40,'ord_jsmn4ajodwu53kyu',2,NULL,1767268800,'buyer','cancel_order','awaiting_shipment/none/none/none/none','cancelled/none/none/none/none','{}');
INSERT INTO "events" VALUES(40,'ord_x4g72h6agtamz2cu',1,NULL,1767268800,'buyer','place_order','new/none/none/none/none','awaiting_shipment/none/none/none/none','{"store":"sto_fizqmnigumretkjm","item":{"title":"A lamp","quantity":1},"total":{"amount":"100.00","currency":"USD"}}');
INSERT INTO "events" VALUES(40,'ord_x4g72h6agtamz2cu',2,NULL,1767268800,'seller','ship','awaiting_shipment/none/none/none/none','awaiting_confirmation/none/none/none/none','{}');
INSERT INTO "events" VALUES(40,'ord_x4g72h6agtamz2cu',3,NULL,1767268800,'carrier','deliver_order','awaiting_confirmation/none/none/none/none','awaiting_confirmation/none/none/none/none','{}');
INSERT INTO "events" VALUES(40,'ord_x4g72h6agtamz2cu',4,'dsp_e6kjjwa46z4ak7pt',1767268800,'buyer','open_dispute','awaiting_confirmation/none/none/none/none','in_dispute/waiting_for_seller/none/none/none','{"reason":"defective","remedy":"refund","amount":{"amount":"100.00","currency":"USD"},"explanation":"So it is.","evidence":["evd_s5m5rq7vraz2ktcu"]}');
INSERT INTO "events" VALUES(66,'ord_kq6bermwmpobpkkg',1,NULL,1767268800,'buyer','place_order','new/none/none/none/none','awaiting_shipment/none/none/none/none','{"store":"sto_m26bildrfvpjq5g6","item":{"title":"A lamp","quantity":1},"total":{"amount":"100.00","currency":"USD"}}');
INSERT INTO "events" VALUES(66,'ord_kq6bermwmpobpkkg',2,NULL,1767268800,'seller','ship','awaiting_shipment/none/none/none/none','awaiting_confirmation/none/none/none/none','{}');
INSERT INTO "events" VALUES(66,'ord_kq6bermwmpobpkkg',3,NULL,1767268800,'carrier','deliver_order','awaiting_confirmation/none/none/none/none','awaiting_confirmation/none/none/none/none','{}');
INSERT INTO "events" VALUES(66,'ord_kq6bermwmpobpkkg',4,'dsp_j3sihatc2q6o36oa',1767268800,'buyer','open_dispute','awaiting_confirmation/none/none/none/none','in_dispute/waiting_for_seller/none/none/none','{"reason":"defective","remedy":"refund","amount":{"amount":"100.00","currency":"USD"},"explanation":"So it is."}');
INSERT INTO "events" VALUES(66,'ord_kq6bermwmpobpkkg',5,'dsp_j3sihatc2q6o36oa',1767268800,'seller','seller_accepts_refund','in_dispute/waiting_for_seller/none/none/none','payment_processing/closed/none/none/none','{"solution":"sol_xjngazeksmiqukin","compensation":{"amount":"100.00","currency":"USD"}}');
INSERT INTO "events" VALUES(77,'ord_kq6bermwmpobpkkg',1,NULL,1767268800,'buyer','place_order','new/none/none/none/none','awaiting_shipment/none/none/none/none','{"store":"sto_m26bildrfvpjq5g6","item":{"title":"A lamp","quantity":1},"total":{"amount":"100.00","currency":"USD"}}');
CREATE TABLE evidence (
	world BIGINT NOT NULL, 
	id TEXT NOT NULL, 
	"by" TEXT NOT NULL, 
	role TEXT NOT NULL, 
	name TEXT NOT NULL, 
	media_type TEXT NOT NULL, 
	size BIGINT NOT NULL, 
	sha256 TEXT NOT NULL, 
	uploaded_at BIGINT NOT NULL, 
	PRIMARY KEY (world, id)
)
 WITHOUT ROWID

;
INSERT INTO "evidence" VALUES(2,'evd_s5m5rq7vraz2ktcu','acc_3etwm6yfvelubnhi','buyer','photo.png','image/png',140,'a2ac0e0a741c4454c3bfc7f0aa51be656b09adf9730af2e0d36e01791d512bb0',1767268800);
INSERT INTO "evidence" VALUES(40,'evd_s5m5rq7vraz2ktcu','acc_3etwm6yfvelubnhi','buyer','photo.png','image/png',140,'a2ac0e0a741c4454c3bfc7f0aa51be656b09adf9730af2e0d36e01791d512bb0',1767268800);
CREATE TABLE files (
	world BIGINT NOT NULL, 
	sha256 TEXT NOT NULL, 
	bytes BLOB NOT NULL, 
	PRIMARY KEY (world, sha256)
);
INSERT INTO "files" VALUES(2,'a2ac0e0a741c4454c3bfc7f0aa51be656b09adf9730af2e0d36e01791d512bb0',X'89504E470D0A1A0A0000000D4948445200000008000000080800000000E164E1570000005349444154789C014800B7FF00F929A9DC3580ACD20072BD95B0F31199C7009B0D07F3105A155C00FA90050C25A88AD70083BBB66057EB3091004FE05FD18AC956CB00A90EF6BB5F1BA25F00C700314EB42A2A84AF951FD8932B701A0000000049454E44AE426082');
INSERT INTO "files" VALUES(40,'a2ac0e0a741c4454c3bfc7f0aa51be656b09adf9730af2e0d36e01791d512bb0',X'89504E470D0A1A0A0000000D4948445200000008000000080800000000E164E1570000005349444154789C014800B7FF00F929A9DC3580ACD20072BD95B0F31199C7009B0D07F3105A155C00FA90050C25A88AD70083BBB66057EB3091004FE05FD18AC956CB00A90EF6BB5F1BA25F00C700314EB42A2A84AF951FD8932B701A0000000049454E44AE426082');
CREATE TABLE forsaken (
	world BIGINT NOT NULL, 
	PRIMARY KEY (world)
);
INSERT INTO "forsaken" VALUES(66);
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
)
 WITHOUT ROWID

;
INSERT INTO "ledger" VALUES(2,'ord_5eypaoocawb3akn4',1,0,1767268800,'ORD-1','outside','escrow',10000,'USD');
INSERT INTO "ledger" VALUES(2,'ord_b2uw3mxxlzbkmvkt',1,0,1767268800,'ORD-1','outside','escrow',10000,'USD');
INSERT INTO "ledger" VALUES(2,'ord_b2uw3mxxlzbkmvkt',3,0,1767268800,'ORD-7','escrow','seller',10000,'USD');
INSERT INTO "ledger" VALUES(2,'ord_hbqlpucq4ug3nhze',1,0,1767441600,'ORD-1','outside','escrow',10000,'USD');
INSERT INTO "ledger" VALUES(2,'ord_iu3zpi6spwe27v7h',1,0,1767268800,'ORD-1','outside','escrow',10000,'USD');
INSERT INTO "ledger" VALUES(2,'ord_iu3zpi6spwe27v7h',7,0,1767268800,'CLM-8','escrow','refunding',4000,'USD');
INSERT INTO "ledger" VALUES(2,'ord_iu3zpi6spwe27v7h',7,1,1767268800,'CLM-8','escrow','seller',6000,'USD');
INSERT INTO "ledger" VALUES(2,'ord_jsmn4ajodwu53kyu',1,0,1767268800,'ORD-1','outside','escrow',10000,'USD');
INSERT INTO "ledger" VALUES(2,'ord_jsmn4ajodwu53kyu',2,0,1767268800,'ORD-3','escrow','refunded',10000,'USD');
INSERT INTO "ledger" VALUES(2,'ord_lcxyxje4few4pu2f',1,0,1767441600,'ORD-1','outside','escrow',10000,'USD');
INSERT INTO "ledger" VALUES(2,'ord_x4g72h6agtamz2cu',1,0,1767268800,'ORD-1','outside','escrow',10000,'USD');
INSERT INTO "ledger" VALUES(40,'ord_5eypaoocawb3akn4',1,0,1767268800,'ORD-1','outside','escrow',10000,'USD');
INSERT INTO "ledger" VALUES(40,'ord_b2uw3mxxlzbkmvkt',1,0,1767268800,'ORD-1','outside','escrow',10000,'USD');
INSERT INTO "ledger" VALUES(40,'ord_b2uw3mxxlzbkmvkt',3,0,1767268800,'ORD-7','escrow','seller',10000,'USD');
INSERT INTO "ledger" VALUES(40,'ord_iu3zpi6spwe27v7h',1,0,1767268800,'ORD-1','outside','escrow',10000,'USD');
INSERT INTO "ledger" VALUES(40,'ord_iu3zpi6spwe27v7h',7,0,1767268800,'CLM-8','escrow','refunding',4000,'USD');
INSERT INTO "ledger" VALUES(40,'ord_iu3zpi6spwe27v7h',7,1,1767268800,'CLM-8','escrow','seller',6000,'USD');
INSERT INTO "ledger" VALUES(40,'ord_jsmn4ajodwu53kyu',1,0,1767268800,'ORD-1','outside','escrow',10000,'USD');
INSERT INTO "ledger" VALUES(40,'ord_jsmn4ajodwu53kyu',2,0,1767268800,'ORD-3','escrow','refunded',10000,'USD');
INSERT INTO "ledger" VALUES(40,'ord_x4g72h6agtamz2cu',1,0,1767268800,'ORD-1','outside','escrow',10000,'USD');
INSERT INTO "ledger" VALUES(66,'ord_kq6bermwmpobpkkg',1,0,1767268800,'ORD-1','outside','escrow',10000,'USD');
INSERT INTO "ledger" VALUES(66,'ord_kq6bermwmpobpkkg',5,0,1767268800,'SELL-4','escrow','refunding',10000,'USD');
INSERT INTO "ledger" VALUES(77,'ord_kq6bermwmpobpkkg',1,0,1767268800,'ORD-1','outside','escrow',10000,'USD');
CREATE TABLE mails (
	world BIGINT NOT NULL, 
	at BIGINT NOT NULL, 
	seq BIGINT NOT NULL, 
	order_id TEXT NOT NULL, 
	number INTEGER NOT NULL, 
	recipient TEXT NOT NULL, 
	PRIMARY KEY (world, at, seq)
)
 WITHOUT ROWID

;
INSERT INTO "mails" VALUES(2,1767268800,4,'ord_5eypaoocawb3akn4',1,'acc_3etwm6yfvelubnhi');
INSERT INTO "mails" VALUES(2,1767268800,5,'ord_5eypaoocawb3akn4',1,'acc_v5xrzx6o6bqvq7ef');
INSERT INTO "mails" VALUES(2,1767268800,7,'ord_b2uw3mxxlzbkmvkt',1,'acc_3etwm6yfvelubnhi');
INSERT INTO "mails" VALUES(2,1767268800,8,'ord_b2uw3mxxlzbkmvkt',1,'acc_v5xrzx6o6bqvq7ef');
INSERT INTO "mails" VALUES(2,1767268800,9,'ord_b2uw3mxxlzbkmvkt',2,'acc_3etwm6yfvelubnhi');
INSERT INTO "mails" VALUES(2,1767268800,10,'ord_b2uw3mxxlzbkmvkt',2,'acc_v5xrzx6o6bqvq7ef');
INSERT INTO "mails" VALUES(2,1767268800,11,'ord_b2uw3mxxlzbkmvkt',3,'acc_3etwm6yfvelubnhi');
INSERT INTO "mails" VALUES(2,1767268800,12,'ord_b2uw3mxxlzbkmvkt',3,'acc_v5xrzx6o6bqvq7ef');
INSERT INTO "mails" VALUES(2,1767268800,14,'ord_jsmn4ajodwu53kyu',1,'acc_3etwm6yfvelubnhi');
INSERT INTO "mails" VALUES(2,1767268800,15,'ord_jsmn4ajodwu53kyu',1,'acc_v5xrzx6o6bqvq7ef');
INSERT INTO "mails" VALUES(2,1767268800,16,'ord_jsmn4ajodwu53kyu',2,'acc_3etwm6yfvelubnhi');
INSERT INTO "mails" VALUES(2,1767268800,17,'ord_jsmn4ajodwu53kyu',2,'acc_v5xrzx6o6bqvq7ef');
INSERT INTO "mails" VALUES(2,1767268800,19,'ord_iu3zpi6spwe27v7h',1,'acc_3etwm6yfvelubnhi');
INSERT INTO "mails" VALUES(2,1767268800,20,'ord_iu3zpi6spwe27v7h',1,'acc_v5xrzx6o6bqvq7ef');
INSERT INTO "mails" VALUES(2,1767268800,21,'ord_iu3zpi6spwe27v7h',2,'acc_3etwm6yfvelubnhi');
INSERT INTO "mails" VALUES(2,1767268800,22,'ord_iu3zpi6spwe27v7h',2,'acc_v5xrzx6o6bqvq7ef');
INSERT INTO "mails" VALUES(2,1767268800,24,'ord_iu3zpi6spwe27v7h',4,'acc_3etwm6yfvelubnhi');
INSERT INTO "mails" VALUES(2,1767268800,25,'ord_iu3zpi6spwe27v7h',4,'acc_v5xrzx6o6bqvq7ef');
INSERT INTO "mails" VALUES(2,1767268800,26,'ord_iu3zpi6spwe27v7h',5,'acc_3etwm6yfvelubnhi');
INSERT INTO "mails" VALUES(2,1767268800,27,'ord_iu3zpi6spwe27v7h',5,'acc_v5xrzx6o6bqvq7ef');
INSERT INTO "mails" VALUES(2,1767268800,28,'ord_iu3zpi6spwe27v7h',6,'acc_3etwm6yfvelubnhi');
INSERT INTO "mails" VALUES(2,1767268800,29,'ord_iu3zpi6spwe27v7h',6,'acc_v5xrzx6o6bqvq7ef');
INSERT INTO "mails" VALUES(2,1767268800,30,'ord_iu3zpi6spwe27v7h',7,'acc_3etwm6yfvelubnhi');
INSERT INTO "mails" VALUES(2,1767268800,31,'ord_iu3zpi6spwe27v7h',7,'acc_v5xrzx6o6bqvq7ef');
INSERT INTO "mails" VALUES(2,1767268800,33,'ord_x4g72h6agtamz2cu',1,'acc_3etwm6yfvelubnhi');
INSERT INTO "mails" VALUES(2,1767268800,34,'ord_x4g72h6agtamz2cu',1,'acc_v5xrzx6o6bqvq7ef');
INSERT INTO "mails" VALUES(2,1767268800,35,'ord_x4g72h6agtamz2cu',2,'acc_3etwm6yfvelubnhi');
INSERT INTO "mails" VALUES(2,1767268800,36,'ord_x4g72h6agtamz2cu',2,'acc_v5xrzx6o6bqvq7ef');
INSERT INTO "mails" VALUES(2,1767268800,38,'ord_x4g72h6agtamz2cu',4,'acc_3etwm6yfvelubnhi');
INSERT INTO "mails" VALUES(2,1767268800,39,'ord_x4g72h6agtamz2cu',4,'acc_v5xrzx6o6bqvq7ef');
INSERT INTO "mails" VALUES(2,1767441600,42,'ord_lcxyxje4few4pu2f',1,'acc_3etwm6yfvelubnhi');
INSERT INTO "mails" VALUES(2,1767441600,43,'ord_lcxyxje4few4pu2f',1,'acc_v5xrzx6o6bqvq7ef');
INSERT INTO "mails" VALUES(2,1767441600,44,'ord_lcxyxje4few4pu2f',2,'acc_3etwm6yfvelubnhi');
INSERT INTO "mails" VALUES(2,1767441600,45,'ord_lcxyxje4few4pu2f',2,'acc_v5xrzx6o6bqvq7ef');
INSERT INTO "mails" VALUES(2,1767441600,47,'ord_lcxyxje4few4pu2f',4,'acc_3etwm6yfvelubnhi');
INSERT INTO "mails" VALUES(2,1767441600,48,'ord_lcxyxje4few4pu2f',4,'acc_v5xrzx6o6bqvq7ef');
INSERT INTO "mails" VALUES(2,1767441600,49,'ord_lcxyxje4few4pu2f',5,'acc_3etwm6yfvelubnhi');
INSERT INTO "mails" VALUES(2,1767441600,50,'ord_lcxyxje4few4pu2f',5,'acc_v5xrzx6o6bqvq7ef');
INSERT INTO "mails" VALUES(2,1767441600,51,'ord_lcxyxje4few4pu2f',6,'acc_3etwm6yfvelubnhi');
INSERT INTO "mails" VALUES(2,1767441600,52,'ord_lcxyxje4few4pu2f',6,'acc_v5xrzx6o6bqvq7ef');
INSERT INTO "mails" VALUES(2,1767441600,53,'ord_lcxyxje4few4pu2f',7,'acc_3etwm6yfvelubnhi');
INSERT INTO "mails" VALUES(2,1767441600,54,'ord_lcxyxje4few4pu2f',7,'acc_v5xrzx6o6bqvq7ef');
INSERT INTO "mails" VALUES(2,1767441600,56,'ord_hbqlpucq4ug3nhze',1,'acc_3etwm6yfvelubnhi');
INSERT INTO "mails" VALUES(2,1767441600,57,'ord_hbqlpucq4ug3nhze',1,'acc_v5xrzx6o6bqvq7ef');
INSERT INTO "mails" VALUES(2,1767441600,58,'ord_hbqlpucq4ug3nhze',2,'acc_3etwm6yfvelubnhi');
INSERT INTO "mails" VALUES(2,1767441600,59,'ord_hbqlpucq4ug3nhze',2,'acc_v5xrzx6o6bqvq7ef');
INSERT INTO "mails" VALUES(2,1767441600,61,'ord_hbqlpucq4ug3nhze',4,'acc_3etwm6yfvelubnhi');
INSERT INTO "mails" VALUES(2,1767441600,62,'ord_hbqlpucq4ug3nhze',4,'acc_v5xrzx6o6bqvq7ef');
INSERT INTO "mails" VALUES(2,1767441600,63,'ord_hbqlpucq4ug3nhze',5,'acc_3etwm6yfvelubnhi');
INSERT INTO "mails" VALUES(2,1767441600,64,'ord_hbqlpucq4ug3nhze',5,'acc_v5xrzx6o6bqvq7ef');
INSERT INTO "mails" VALUES(40,1767268800,4,'ord_5eypaoocawb3akn4',1,'acc_3etwm6yfvelubnhi');
INSERT INTO "mails" VALUES(40,1767268800,5,'ord_5eypaoocawb3akn4',1,'acc_v5xrzx6o6bqvq7ef');
INSERT INTO "mails" VALUES(40,1767268800,7,'ord_b2uw3mxxlzbkmvkt',1,'acc_3etwm6yfvelubnhi');
INSERT INTO "mails" VALUES(40,1767268800,8,'ord_b2uw3mxxlzbkmvkt',1,'acc_v5xrzx6o6bqvq7ef');
INSERT INTO "mails" VALUES(40,1767268800,9,'ord_b2uw3mxxlzbkmvkt',2,'acc_3etwm6yfvelubnhi');
INSERT INTO "mails" VALUES(40,1767268800,10,'ord_b2uw3mxxlzbkmvkt',2,'acc_v5xrzx6o6bqvq7ef');
INSERT INTO "mails" VALUES(40,1767268800,11,'ord_b2uw3mxxlzbkmvkt',3,'acc_3etwm6yfvelubnhi');
INSERT INTO "mails" VALUES(40,1767268800,12,'ord_b2uw3mxxlzbkmvkt',3,'acc_v5xrzx6o6bqvq7ef');
INSERT INTO "mails" VALUES(40,1767268800,14,'ord_jsmn4ajodwu53kyu',1,'acc_3etwm6yfvelubnhi');
INSERT INTO "mails" VALUES(40,1767268800,15,'ord_jsmn4ajodwu53kyu',1,'acc_v5xrzx6o6bqvq7ef');
INSERT INTO "mails" VALUES(40,1767268800,16,'ord_jsmn4ajodwu53kyu',2,'acc_3etwm6yfvelubnhi');
INSERT INTO "mails" VALUES(40,1767268800,17,'ord_jsmn4ajodwu53kyu',2,'acc_v5xrzx6o6bqvq7ef');
INSERT INTO "mails" VALUES(40,1767268800,19,'ord_iu3zpi6spwe27v7h',1,'acc_3etwm6yfvelubnhi');
INSERT INTO "mails" VALUES(40,1767268800,20,'ord_iu3zpi6spwe27v7h',1,'acc_v5xrzx6o6bqvq7ef');
INSERT INTO "mails" VALUES(40,1767268800,21,'ord_iu3zpi6spwe27v7h',2,'acc_3etwm6yfvelubnhi');
INSERT INTO "mails" VALUES(40,1767268800,22,'ord_iu3zpi6spwe27v7h',2,'acc_v5xrzx6o6bqvq7ef');
INSERT INTO "mails" VALUES(40,1767268800,24,'ord_iu3zpi6spwe27v7h',4,'acc_3etwm6yfvelubnhi');
INSERT INTO "mails" VALUES(40,1767268800,25,'ord_iu3zpi6spwe27v7h',4,'acc_v5xrzx6o6bqvq7ef');
INSERT INTO "mails" VALUES(40,1767268800,26,'ord_iu3zpi6spwe27v7h',5,'acc_3etwm6yfvelubnhi');
INSERT INTO "mails" VALUES(40,1767268800,27,'ord_iu3zpi6spwe27v7h',5,'acc_v5xrzx6o6bqvq7ef');
INSERT INTO "mails" VALUES(40,1767268800,28,'ord_iu3zpi6spwe27v7h',6,'acc_3etwm6yfvelubnhi');
INSERT INTO "mails" VALUES(40,1767268800,29,'ord_iu3zpi6spwe27v7h',6,'acc_v5xrzx6o6bqvq7ef');
INSERT INTO "mails" VALUES(40,1767268800,30,'ord_iu3zpi6spwe27v7h',7,'acc_3etwm6yfvelubnhi');
INSERT INTO "mails" VALUES(40,1767268800,31,'ord_iu3zpi6spwe27v7h',7,'acc_v5xrzx6o6bqvq7ef');
INSERT INTO "mails" VALUES(40,1767268800,33,'ord_x4g72h6agtamz2cu',1,'acc_3etwm6yfvelubnhi');
INSERT INTO "mails" VALUES(40,1767268800,34,'ord_x4g72h6agtamz2cu',1,'acc_v5xrzx6o6bqvq7ef');
INSERT INTO "mails" VALUES(40,1767268800,35,'ord_x4g72h6agtamz2cu',2,'acc_3etwm6yfvelubnhi');
INSERT INTO "mails" VALUES(40,1767268800,36,'ord_x4g72h6agtamz2cu',2,'acc_v5xrzx6o6bqvq7ef');
INSERT INTO "mails" VALUES(40,1767268800,38,'ord_x4g72h6agtamz2cu',4,'acc_3etwm6yfvelubnhi');
INSERT INTO "mails" VALUES(40,1767268800,39,'ord_x4g72h6agtamz2cu',4,'acc_v5xrzx6o6bqvq7ef');
INSERT INTO "mails" VALUES(66,1767268800,68,'ord_kq6bermwmpobpkkg',1,'acc_6rwlxxwvbqx43npd');
INSERT INTO "mails" VALUES(66,1767268800,69,'ord_kq6bermwmpobpkkg',1,'acc_eh7ggjohuxaw3cph');
INSERT INTO "mails" VALUES(66,1767268800,70,'ord_kq6bermwmpobpkkg',2,'acc_6rwlxxwvbqx43npd');
INSERT INTO "mails" VALUES(66,1767268800,71,'ord_kq6bermwmpobpkkg',2,'acc_eh7ggjohuxaw3cph');
INSERT INTO "mails" VALUES(66,1767268800,73,'ord_kq6bermwmpobpkkg',4,'acc_6rwlxxwvbqx43npd');
INSERT INTO "mails" VALUES(66,1767268800,74,'ord_kq6bermwmpobpkkg',4,'acc_eh7ggjohuxaw3cph');
INSERT INTO "mails" VALUES(66,1767268800,75,'ord_kq6bermwmpobpkkg',5,'acc_6rwlxxwvbqx43npd');
INSERT INTO "mails" VALUES(66,1767268800,76,'ord_kq6bermwmpobpkkg',5,'acc_eh7ggjohuxaw3cph');
INSERT INTO "mails" VALUES(77,1767268800,79,'ord_kq6bermwmpobpkkg',1,'acc_6rwlxxwvbqx43npd');
INSERT INTO "mails" VALUES(77,1767268800,80,'ord_kq6bermwmpobpkkg',1,'acc_eh7ggjohuxaw3cph');
CREATE TABLE messages (
	world BIGINT NOT NULL, 
	order_id TEXT NOT NULL, 
	id TEXT NOT NULL, 
	number INTEGER NOT NULL, 
	"by" TEXT NOT NULL, 
	text TEXT NOT NULL, 
	sent_at BIGINT NOT NULL, 
	reported_at BIGINT, 
	store TEXT NOT NULL, 
	PRIMARY KEY (world, order_id, id)
)
 WITHOUT ROWID

;
INSERT INTO "messages" VALUES(2,'ord_iu3zpi6spwe27v7h','msg_2qkpe3sceug6a4st',9,'buyer','Once.',1767614400,NULL,'sto_fizqmnigumretkjm');
INSERT INTO "messages" VALUES(2,'ord_iu3zpi6spwe27v7h','msg_6vnkgyqnen2suopc',8,'seller','Sorry – “so” it is.
Really.',1767268800,NULL,'sto_fizqmnigumretkjm');
INSERT INTO "messages" VALUES(40,'ord_iu3zpi6spwe27v7h','msg_6vnkgyqnen2suopc',8,'seller','Sorry – “so” it is.
Really.',1767268800,NULL,'sto_fizqmnigumretkjm');
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
INSERT INTO "orders" VALUES(2,'ord_5eypaoocawb3akn4','acc_3etwm6yfvelubnhi','acc_v5xrzx6o6bqvq7ef','sto_fizqmnigumretkjm','awaiting_shipment',1767268800,3,1767873600,NULL,0,'USD',0,0,0,1,'{"id":"ord_5eypaoocawb3akn4","buyer":"acc_3etwm6yfvelubnhi","seller":"acc_v5xrzx6o6bqvq7ef","store":"sto_fizqmnigumretkjm","title":"A lamp","quantity":1,"total":10000,"currency":"USD","status":"awaiting_shipment","entered_at":"2026-01-01T12:00:00Z","timed_out_from":null,"before_dispute":null,"placed_at":"2026-01-01T12:00:00Z","processing_ends_at":"2026-01-08T12:00:00Z","shipped_at":null,"delivery_due_at":null,"delivered_at":null,"confirmed_at":null,"protection_ends_at":null,"tracking":[],"replacement_delivered_at":null,"money":{"outside":-10000,"escrow":10000,"hold":0,"seller":0,"refunding":0,"refunded":0},"refunds":[],"reviewed":false,"unreported":[],"appealed":false,"serial":0,"dispute":null}');
INSERT INTO "orders" VALUES(2,'ord_b2uw3mxxlzbkmvkt','acc_3etwm6yfvelubnhi','acc_v5xrzx6o6bqvq7ef','sto_fizqmnigumretkjm','finished',1767268800,6,NULL,NULL,0,'USD',0,10000,0,3,'{"id":"ord_b2uw3mxxlzbkmvkt","buyer":"acc_3etwm6yfvelubnhi","seller":"acc_v5xrzx6o6bqvq7ef","store":"sto_fizqmnigumretkjm","title":"A lamp","quantity":1,"total":10000,"currency":"USD","status":"finished","entered_at":"2026-01-01T12:00:00Z","timed_out_from":null,"before_dispute":null,"placed_at":"2026-01-01T12:00:00Z","processing_ends_at":"2026-01-08T12:00:00Z","shipped_at":"2026-01-01T12:00:00Z","delivery_due_at":"2026-02-15T12:00:00Z","delivered_at":null,"confirmed_at":"2026-01-01T12:00:00Z","protection_ends_at":"2026-03-02T12:00:00Z","tracking":[],"replacement_delivered_at":null,"money":{"outside":-10000,"escrow":0,"hold":0,"seller":10000,"refunding":0,"refunded":0},"refunds":[],"reviewed":false,"unreported":[],"appealed":false,"serial":0,"dispute":null}');
INSERT INTO "orders" VALUES(2,'ord_jsmn4ajodwu53kyu','acc_3etwm6yfvelubnhi','acc_v5xrzx6o6bqvq7ef','sto_fizqmnigumretkjm','cancelled',1767268800,13,NULL,NULL,0,'USD',0,0,10000,2,'{"id":"ord_jsmn4ajodwu53kyu","buyer":"acc_3etwm6yfvelubnhi","seller":"acc_v5xrzx6o6bqvq7ef","store":"sto_fizqmnigumretkjm","title":"A lamp","quantity":1,"total":10000,"currency":"USD","status":"cancelled","entered_at":"2026-01-01T12:00:00Z","timed_out_from":null,"before_dispute":null,"placed_at":"2026-01-01T12:00:00Z","processing_ends_at":"2026-01-08T12:00:00Z","shipped_at":null,"delivery_due_at":null,"delivered_at":null,"confirmed_at":null,"protection_ends_at":null,"tracking":[],"replacement_delivered_at":null,"money":{"outside":-10000,"escrow":0,"hold":0,"seller":0,"refunding":0,"refunded":10000},"refunds":[{"amount":10000,"status":"completed","started_at":"2026-01-01T12:00:00Z","due_at":"2026-01-01T12:00:00Z","completed_at":"2026-01-01T12:00:00Z"}],"reviewed":false,"unreported":[],"appealed":false,"serial":0,"dispute":null}');
INSERT INTO "orders" VALUES(2,'ord_iu3zpi6spwe27v7h','acc_3etwm6yfvelubnhi','acc_v5xrzx6o6bqvq7ef','sto_fizqmnigumretkjm','payment_processing',1767268800,18,1768219200,'dsp_znypnuj5ahoqwzsz',1,'USD',0,6000,0,9,'{"id":"ord_iu3zpi6spwe27v7h","buyer":"acc_3etwm6yfvelubnhi","seller":"acc_v5xrzx6o6bqvq7ef","store":"sto_fizqmnigumretkjm","title":"A lamp","quantity":1,"total":10000,"currency":"USD","status":"payment_processing","entered_at":"2026-01-01T12:00:00Z","timed_out_from":null,"before_dispute":"awaiting_confirmation","placed_at":"2026-01-01T12:00:00Z","processing_ends_at":"2026-01-08T12:00:00Z","shipped_at":"2026-01-01T12:00:00Z","delivery_due_at":"2026-02-15T12:00:00Z","delivered_at":"2026-01-01T12:00:00Z","confirmed_at":null,"protection_ends_at":"2026-03-02T12:00:00Z","tracking":[],"replacement_delivered_at":null,"money":{"outside":-10000,"escrow":0,"hold":0,"seller":6000,"refunding":4000,"refunded":0},"refunds":[{"amount":4000,"status":"processing","started_at":"2026-01-01T12:00:00Z","due_at":"2026-01-12T12:00:00Z","completed_at":null}],"reviewed":false,"unreported":["msg_6vnkgyqnen2suopc"],"appealed":false,"serial":4,"dispute":null}');
INSERT INTO "orders" VALUES(2,'ord_x4g72h6agtamz2cu','acc_3etwm6yfvelubnhi','acc_v5xrzx6o6bqvq7ef','sto_fizqmnigumretkjm','in_dispute',1767268800,32,1768046400,'dsp_e6kjjwa46z4ak7pt',0,'USD',0,0,0,4,'{"id":"ord_x4g72h6agtamz2cu","buyer":"acc_3etwm6yfvelubnhi","seller":"acc_v5xrzx6o6bqvq7ef","store":"sto_fizqmnigumretkjm","title":"A lamp","quantity":1,"total":10000,"currency":"USD","status":"in_dispute","entered_at":"2026-01-01T12:00:00Z","timed_out_from":null,"before_dispute":"awaiting_confirmation","placed_at":"2026-01-01T12:00:00Z","processing_ends_at":"2026-01-08T12:00:00Z","shipped_at":"2026-01-01T12:00:00Z","delivery_due_at":"2026-02-15T12:00:00Z","delivered_at":"2026-01-01T12:00:00Z","confirmed_at":null,"protection_ends_at":"2026-03-02T12:00:00Z","tracking":[],"replacement_delivered_at":null,"money":{"outside":-10000,"escrow":10000,"hold":0,"seller":0,"refunding":0,"refunded":0},"refunds":[],"reviewed":false,"unreported":[],"appealed":false,"serial":2,"dispute":null}');
INSERT INTO "orders" VALUES(40,'ord_5eypaoocawb3akn4','acc_3etwm6yfvelubnhi','acc_v5xrzx6o6bqvq7ef','sto_fizqmnigumretkjm','awaiting_shipment',1767268800,3,1767873600,NULL,0,'USD',0,0,0,1,'{"id":"ord_5eypaoocawb3akn4","buyer":"acc_3etwm6yfvelubnhi","seller":"acc_v5xrzx6o6bqvq7ef","store":"sto_fizqmnigumretkjm","title":"A lamp","quantity":1,"total":10000,"currency":"USD","status":"awaiting_shipment","entered_at":"2026-01-01T12:00:00Z","timed_out_from":null,"before_dispute":null,"placed_at":"2026-01-01T12:00:00Z","processing_ends_at":"2026-01-08T12:00:00Z","shipped_at":null,"delivery_due_at":null,"delivered_at":null,"confirmed_at":null,"protection_ends_at":null,"tracking":[],"replacement_delivered_at":null,"money":{"outside":-10000,"escrow":10000,"hold":0,"seller":0,"refunding":0,"refunded":0},"refunds":[],"reviewed":false,"unreported":[],"appealed":false,"serial":0,"dispute":null}');
INSERT INTO "orders" VALUES(40,'ord_b2uw3mxxlzbkmvkt','acc_3etwm6yfvelubnhi','acc_v5xrzx6o6bqvq7ef','sto_fizqmnigumretkjm','finished',1767268800,6,NULL,NULL,0,'USD',0,10000,0,3,'{"id":"ord_b2uw3mxxlzbkmvkt","buyer":"acc_3etwm6yfvelubnhi","seller":"acc_v5xrzx6o6bqvq7ef","store":"sto_fizqmnigumretkjm","title":"A lamp","quantity":1,"total":10000,"currency":"USD","status":"finished","entered_at":"2026-01-01T12:00:00Z","timed_out_from":null,"before_dispute":null,"placed_at":"2026-01-01T12:00:00Z","processing_ends_at":"2026-01-08T12:00:00Z","shipped_at":"2026-01-01T12:00:00Z","delivery_due_at":"2026-02-15T12:00:00Z","delivered_at":null,"confirmed_at":"2026-01-01T12:00:00Z","protection_ends_at":"2026-03-02T12:00:00Z","tracking":[],"replacement_delivered_at":null,"money":{"outside":-10000,"escrow":0,"hold":0,"seller":10000,"refunding":0,"refunded":0},"refunds":[],"reviewed":false,"unreported":[],"appealed":false,"serial":0,"dispute":null}');
INSERT INTO "orders" VALUES(40,'ord_jsmn4ajodwu53kyu','acc_3etwm6yfvelubnhi','acc_v5xrzx6o6bqvq7ef','sto_fizqmnigumretkjm','cancelled',1767268800,13,NULL,NULL,0,'USD',0,0,10000,2,'{"id":"ord_jsmn4ajodwu53kyu","buyer":"acc_3etwm6yfvelubnhi","seller":"acc_v5xrzx6o6bqvq7ef","store":"sto_fizqmnigumretkjm","title":"A lamp","quantity":1,"total":10000,"currency":"USD","status":"cancelled","entered_at":"2026-01-01T12:00:00Z","timed_out_from":null,"before_dispute":null,"placed_at":"2026-01-01T12:00:00Z","processing_ends_at":"2026-01-08T12:00:00Z","shipped_at":null,"delivery_due_at":null,"delivered_at":null,"confirmed_at":null,"protection_ends_at":null,"tracking":[],"replacement_delivered_at":null,"money":{"outside":-10000,"escrow":0,"hold":0,"seller":0,"refunding":0,"refunded":10000},"refunds":[{"amount":10000,"status":"completed","started_at":"2026-01-01T12:00:00Z","due_at":"2026-01-01T12:00:00Z","completed_at":"2026-01-01T12:00:00Z"}],"reviewed":false,"unreported":[],"appealed":false,"serial":0,"dispute":null}');
INSERT INTO "orders" VALUES(40,'ord_iu3zpi6spwe27v7h','acc_3etwm6yfvelubnhi','acc_v5xrzx6o6bqvq7ef','sto_fizqmnigumretkjm','payment_processing',1767268800,18,1768219200,'dsp_znypnuj5ahoqwzsz',1,'USD',0,6000,0,8,'{"id":"ord_iu3zpi6spwe27v7h","buyer":"acc_3etwm6yfvelubnhi","seller":"acc_v5xrzx6o6bqvq7ef","store":"sto_fizqmnigumretkjm","title":"A lamp","quantity":1,"total":10000,"currency":"USD","status":"payment_processing","entered_at":"2026-01-01T12:00:00Z","timed_out_from":null,"before_dispute":"awaiting_confirmation","placed_at":"2026-01-01T12:00:00Z","processing_ends_at":"2026-01-08T12:00:00Z","shipped_at":"2026-01-01T12:00:00Z","delivery_due_at":"2026-02-15T12:00:00Z","delivered_at":"2026-01-01T12:00:00Z","confirmed_at":null,"protection_ends_at":"2026-03-02T12:00:00Z","tracking":[],"replacement_delivered_at":null,"money":{"outside":-10000,"escrow":0,"hold":0,"seller":6000,"refunding":4000,"refunded":0},"refunds":[{"amount":4000,"status":"processing","started_at":"2026-01-01T12:00:00Z","due_at":"2026-01-12T12:00:00Z","completed_at":null}],"reviewed":false,"unreported":["msg_6vnkgyqnen2suopc"],"appealed":false,"serial":3,"dispute":null}');
INSERT INTO "orders" VALUES(40,'ord_x4g72h6agtamz2cu','acc_3etwm6yfvelubnhi','acc_v5xrzx6o6bqvq7ef','sto_fizqmnigumretkjm','in_dispute',1767268800,32,1768046400,'dsp_e6kjjwa46z4ak7pt',0,'USD',0,0,0,4,'{"id":"ord_x4g72h6agtamz2cu","buyer":"acc_3etwm6yfvelubnhi","seller":"acc_v5xrzx6o6bqvq7ef","store":"sto_fizqmnigumretkjm","title":"A lamp","quantity":1,"total":10000,"currency":"USD","status":"in_dispute","entered_at":"2026-01-01T12:00:00Z","timed_out_from":null,"before_dispute":"awaiting_confirmation","placed_at":"2026-01-01T12:00:00Z","processing_ends_at":"2026-01-08T12:00:00Z","shipped_at":"2026-01-01T12:00:00Z","delivery_due_at":"2026-02-15T12:00:00Z","delivered_at":"2026-01-01T12:00:00Z","confirmed_at":null,"protection_ends_at":"2026-03-02T12:00:00Z","tracking":[],"replacement_delivered_at":null,"money":{"outside":-10000,"escrow":10000,"hold":0,"seller":0,"refunding":0,"refunded":0},"refunds":[],"reviewed":false,"unreported":[],"appealed":false,"serial":2,"dispute":null}');
INSERT INTO "orders" VALUES(2,'ord_lcxyxje4few4pu2f','acc_3etwm6yfvelubnhi','acc_v5xrzx6o6bqvq7ef','sto_fizqmnigumretkjm','in_dispute',1767441600,41,1768305600,'dsp_xavkxcmswd2vf5fm',1,'USD',0,0,0,7,'{"id":"ord_lcxyxje4few4pu2f","buyer":"acc_3etwm6yfvelubnhi","seller":"acc_v5xrzx6o6bqvq7ef","store":"sto_fizqmnigumretkjm","title":"A lamp","quantity":1,"total":10000,"currency":"USD","status":"in_dispute","entered_at":"2026-01-03T12:00:00Z","timed_out_from":null,"before_dispute":"awaiting_confirmation","placed_at":"2026-01-03T12:00:00Z","processing_ends_at":"2026-01-10T12:00:00Z","shipped_at":"2026-01-03T12:00:00Z","delivery_due_at":"2026-02-17T12:00:00Z","delivered_at":"2026-01-03T12:00:00Z","confirmed_at":null,"protection_ends_at":"2026-03-04T12:00:00Z","tracking":[],"replacement_delivered_at":null,"money":{"outside":-10000,"escrow":10000,"hold":0,"seller":0,"refunding":0,"refunded":0},"refunds":[],"reviewed":false,"unreported":[],"appealed":false,"serial":2,"dispute":null}');
INSERT INTO "orders" VALUES(2,'ord_hbqlpucq4ug3nhze','acc_3etwm6yfvelubnhi','acc_v5xrzx6o6bqvq7ef','sto_fizqmnigumretkjm','in_dispute',1767441600,55,1768219200,'dsp_2vwnrugyhxxo33ye',0,'USD',0,0,0,5,'{"id":"ord_hbqlpucq4ug3nhze","buyer":"acc_3etwm6yfvelubnhi","seller":"acc_v5xrzx6o6bqvq7ef","store":"sto_fizqmnigumretkjm","title":"A lamp","quantity":1,"total":10000,"currency":"USD","status":"in_dispute","entered_at":"2026-01-03T12:00:00Z","timed_out_from":null,"before_dispute":"awaiting_confirmation","placed_at":"2026-01-03T12:00:00Z","processing_ends_at":"2026-01-10T12:00:00Z","shipped_at":"2026-01-03T12:00:00Z","delivery_due_at":"2026-02-17T12:00:00Z","delivered_at":"2026-01-03T12:00:00Z","confirmed_at":null,"protection_ends_at":"2026-03-04T12:00:00Z","tracking":[],"replacement_delivered_at":null,"money":{"outside":-10000,"escrow":10000,"hold":0,"seller":0,"refunding":0,"refunded":0},"refunds":[],"reviewed":false,"unreported":[],"appealed":false,"serial":3,"dispute":null}');
INSERT INTO "orders" VALUES(66,'ord_kq6bermwmpobpkkg','acc_6rwlxxwvbqx43npd','acc_eh7ggjohuxaw3cph','sto_m26bildrfvpjq5g6','payment_processing',1767268800,67,1768392000,'dsp_j3sihatc2q6o36oa',0,'USD',0,0,0,5,'{"id":"ord_kq6bermwmpobpkkg","buyer":"acc_6rwlxxwvbqx43npd","seller":"acc_eh7ggjohuxaw3cph","store":"sto_m26bildrfvpjq5g6","title":"A lamp","quantity":1,"total":10000,"currency":"USD","status":"payment_processing","entered_at":"2026-01-01T12:00:00Z","timed_out_from":null,"before_dispute":"awaiting_confirmation","placed_at":"2026-01-01T12:00:00Z","processing_ends_at":"2026-01-08T12:00:00Z","shipped_at":"2026-01-01T12:00:00Z","delivery_due_at":"2026-02-15T12:00:00Z","delivered_at":"2026-01-01T12:00:00Z","confirmed_at":null,"protection_ends_at":"2026-03-02T12:00:00Z","tracking":[],"replacement_delivered_at":null,"money":{"outside":-10000,"escrow":0,"hold":0,"seller":0,"refunding":10000,"refunded":0},"refunds":[{"amount":10000,"status":"processing","started_at":"2026-01-01T12:00:00Z","due_at":"2026-01-14T12:00:00Z","completed_at":null}],"reviewed":false,"unreported":[],"appealed":false,"serial":2,"dispute":null}');
INSERT INTO "orders" VALUES(77,'ord_kq6bermwmpobpkkg','acc_6rwlxxwvbqx43npd','acc_eh7ggjohuxaw3cph','sto_m26bildrfvpjq5g6','awaiting_shipment',1767268800,78,1767873600,NULL,0,'USD',0,0,0,1,'{"id":"ord_kq6bermwmpobpkkg","buyer":"acc_6rwlxxwvbqx43npd","seller":"acc_eh7ggjohuxaw3cph","store":"sto_m26bildrfvpjq5g6","title":"A lamp","quantity":1,"total":10000,"currency":"USD","status":"awaiting_shipment","entered_at":"2026-01-01T12:00:00Z","timed_out_from":null,"before_dispute":null,"placed_at":"2026-01-01T12:00:00Z","processing_ends_at":"2026-01-08T12:00:00Z","shipped_at":null,"delivery_due_at":null,"delivered_at":null,"confirmed_at":null,"protection_ends_at":null,"tracking":[],"replacement_delivered_at":null,"money":{"outside":-10000,"escrow":10000,"hold":0,"seller":0,"refunding":0,"refunded":0},"refunds":[],"reviewed":false,"unreported":[],"appealed":false,"serial":0,"dispute":null}');
CREATE TABLE replies (
	world BIGINT NOT NULL, 
	owner TEXT NOT NULL, 
	"key" TEXT NOT NULL, 
	fingerprint BLOB NOT NULL, 
	at BIGINT NOT NULL, 
	"plan" TEXT, 
	location TEXT, 
	body TEXT, 
	PRIMARY KEY (world, owner, "key")
)
 WITHOUT ROWID

;
INSERT INTO "replies" VALUES(2,'acc_3etwm6yfvelubnhi','200651a8b2d5912f692db89468a7d47d86a3ed6844f48f1b15f2be1d9c9a7e5e',X'27F90F22B0A9E29162FC182211A3EA74',1767614400,NULL,'/v1/orders/ord_iu3zpi6spwe27v7h/messages','{"id":"msg_2qkpe3sceug6a4st","by":"buyer","text":"Once.","sent_at":"2026-01-05T12:00:00Z","reported":false}');
CREATE TABLE reviews (
	world BIGINT NOT NULL, 
	order_id TEXT NOT NULL, 
	store TEXT NOT NULL, 
	stars INTEGER NOT NULL, 
	text TEXT, 
	made_at BIGINT NOT NULL, 
	PRIMARY KEY (world, order_id)
)
 WITHOUT ROWID

;
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
INSERT INTO "sandboxes" VALUES('sbx_suh3bk33hqxza3vl',2,'Frozen','standard','{"negotiation_days": 9}','frozen','{"world": "empty", "now": 1767268800, "frozen": true, "fixed": true}',1,1795404249,'frozen',1767614400,1795404249);
INSERT INTO "sandboxes" VALUES('sbx_tfzzy757jmfqr4qf',77,'sbx_tfzzy757jmfqr4qf','legacy','{}','another','{"world": "empty", "now": 1767268800, "frozen": true, "fixed": true}',0,1795404249,'frozen',1767268800,1795404249);
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
)
 WITHOUT ROWID

;
INSERT INTO "snapshots" VALUES('sbx_suh3bk33hqxza3vl','snp_jxc56hrdqcjmryun',1,'Before the mediator',40,5,'frozen',1767441600,1795404249);
CREATE TABLE stores (
	world BIGINT NOT NULL, 
	id TEXT NOT NULL, 
	name TEXT NOT NULL, 
	seller TEXT NOT NULL, 
	opened_at BIGINT NOT NULL, 
	closed_at BIGINT, 
	PRIMARY KEY (world, id)
)
 WITHOUT ROWID

;
INSERT INTO "stores" VALUES(2,'sto_fizqmnigumretkjm','The Store','acc_v5xrzx6o6bqvq7ef',1767268800,NULL);
INSERT INTO "stores" VALUES(40,'sto_fizqmnigumretkjm','The Store','acc_v5xrzx6o6bqvq7ef',1767268800,NULL);
INSERT INTO "stores" VALUES(66,'sto_m26bildrfvpjq5g6','The Store','acc_eh7ggjohuxaw3cph',1767268800,NULL);
INSERT INTO "stores" VALUES(77,'sto_m26bildrfvpjq5g6','The Store','acc_eh7ggjohuxaw3cph',1767268800,NULL);
CREATE TABLE tallies (
	sandbox TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	name TEXT NOT NULL, 
	hits BIGINT NOT NULL, 
	PRIMARY KEY (sandbox, kind, name)
)
 WITHOUT ROWID

;
INSERT INTO "tallies" VALUES('','term','',0);
INSERT INTO "tallies" VALUES('sbx_suh3bk33hqxza3vl','rows','ask_buyer',1);
INSERT INTO "tallies" VALUES('sbx_suh3bk33hqxza3vl','rows','cancel_order',1);
INSERT INTO "tallies" VALUES('sbx_suh3bk33hqxza3vl','rows','confirm_receipt',1);
INSERT INTO "tallies" VALUES('sbx_suh3bk33hqxza3vl','rows','deliver_order',4);
INSERT INTO "tallies" VALUES('sbx_suh3bk33hqxza3vl','rows','escalate',2);
INSERT INTO "tallies" VALUES('sbx_suh3bk33hqxza3vl','rows','open_dispute',4);
INSERT INTO "tallies" VALUES('sbx_suh3bk33hqxza3vl','rows','place_order',7);
INSERT INTO "tallies" VALUES('sbx_suh3bk33hqxza3vl','rows','refuse',3);
INSERT INTO "tallies" VALUES('sbx_suh3bk33hqxza3vl','rows','rule_for_buyer',1);
INSERT INTO "tallies" VALUES('sbx_suh3bk33hqxza3vl','rows','send_message_buyer',1);
INSERT INTO "tallies" VALUES('sbx_suh3bk33hqxza3vl','rows','send_message_seller',1);
INSERT INTO "tallies" VALUES('sbx_suh3bk33hqxza3vl','rows','ship',5);
INSERT INTO "tallies" VALUES('sbx_suh3bk33hqxza3vl','states','awaiting_confirmation/none/none/none/none',5);
INSERT INTO "tallies" VALUES('sbx_suh3bk33hqxza3vl','states','awaiting_shipment/none/none/none/none',7);
INSERT INTO "tallies" VALUES('sbx_suh3bk33hqxza3vl','states','cancelled/none/none/none/none',1);
INSERT INTO "tallies" VALUES('sbx_suh3bk33hqxza3vl','states','finished/none/none/none/none',1);
INSERT INTO "tallies" VALUES('sbx_suh3bk33hqxza3vl','states','in_dispute/mediating/processing/mediation/none',2);
INSERT INTO "tallies" VALUES('sbx_suh3bk33hqxza3vl','states','in_dispute/mediating/waiting_for_buyer/mediation/none',1);
INSERT INTO "tallies" VALUES('sbx_suh3bk33hqxza3vl','states','in_dispute/waiting_for_buyer/none/none/none',3);
INSERT INTO "tallies" VALUES('sbx_suh3bk33hqxza3vl','states','in_dispute/waiting_for_seller/none/none/none',4);
INSERT INTO "tallies" VALUES('sbx_suh3bk33hqxza3vl','states','payment_processing/closed/closed/mediation/none',1);
INSERT INTO "tallies" VALUES('sbx_suh3bk33hqxza3vl','tables','cancel,cancel_too_late,cancel_while_mediating,cancel_while_mediating_too_late',31);
INSERT INTO "tallies" VALUES('sbx_tfzzy757jmfqr4qf','rows','deliver_order',1);
INSERT INTO "tallies" VALUES('sbx_tfzzy757jmfqr4qf','rows','open_dispute',1);
INSERT INTO "tallies" VALUES('sbx_tfzzy757jmfqr4qf','rows','place_order',2);
INSERT INTO "tallies" VALUES('sbx_tfzzy757jmfqr4qf','rows','seller_accepts_refund',1);
INSERT INTO "tallies" VALUES('sbx_tfzzy757jmfqr4qf','rows','ship',1);
INSERT INTO "tallies" VALUES('sbx_tfzzy757jmfqr4qf','states','awaiting_confirmation/none/none/none/none',1);
INSERT INTO "tallies" VALUES('sbx_tfzzy757jmfqr4qf','states','awaiting_shipment/none/none/none/none',2);
INSERT INTO "tallies" VALUES('sbx_tfzzy757jmfqr4qf','states','in_dispute/waiting_for_seller/none/none/none',1);
INSERT INTO "tallies" VALUES('sbx_tfzzy757jmfqr4qf','states','payment_processing/closed/none/none/none',1);
INSERT INTO "tallies" VALUES('sbx_tfzzy757jmfqr4qf','tables','cancel_closes_order,buyer_silent_in_appeal,seller_silent_in_appeal,rule_appeal_for_buyer,rule_appeal_for_seller,appeal,refund_arrives_during_appeal',6);
CREATE TABLE tokens (
	sandbox TEXT NOT NULL, 
	hash BLOB NOT NULL, 
	account TEXT NOT NULL, 
	PRIMARY KEY (sandbox, hash)
)
 WITHOUT ROWID

;
INSERT INTO "tokens" VALUES('sbx_suh3bk33hqxza3vl',X'06B0F60D2AFEE621AA12723FFAEC3513','acc_3etwm6yfvelubnhi');
INSERT INTO "tokens" VALUES('sbx_suh3bk33hqxza3vl',X'5D96F28DC5C2EC8357129E54C340BFA5','acc_v5xrzx6o6bqvq7ef');
INSERT INTO "tokens" VALUES('sbx_suh3bk33hqxza3vl',X'7FF57B464F0D72F3F130A9CD90C46CA4','acc_yyf3qbgyoldi244l');
INSERT INTO "tokens" VALUES('sbx_tfzzy757jmfqr4qf',X'07089C72920406E1ED122735DF727C2D','acc_6rwlxxwvbqx43npd');
INSERT INTO "tokens" VALUES('sbx_tfzzy757jmfqr4qf',X'15980D0BA7ED09B8ACDF553481681E36','acc_eh7ggjohuxaw3cph');
INSERT INTO "tokens" VALUES('sbx_tfzzy757jmfqr4qf',X'CB952AD11F1CCF95294E1C732225DA1A','acc_55q74pfacfggg4rx');
CREATE INDEX sandboxes_by_clock ON sandboxes (clock_mode, id);
CREATE INDEX sandboxes_by_world ON sandboxes (world);
CREATE INDEX snapshots_by_age ON snapshots (sandbox, serial);
CREATE INDEX tokens_by_hash ON tokens (hash);
CREATE INDEX orders_due ON orders (world, next_due_at, id);
CREATE INDEX orders_of_seller ON orders (world, seller, placed_at, seq);
CREATE INDEX orders_of_buyer ON orders (world, buyer, placed_at, seq);
CREATE INDEX orders_of_mediator ON orders (world, mediated, placed_at, seq);
CREATE INDEX orders_of_store ON orders (world, store);
CREATE INDEX disputes_of_buyer ON disputes (world, buyer, opened_at, seq);
CREATE INDEX disputes_of_seller ON disputes (world, seller, opened_at, seq);
CREATE INDEX disputes_of_mediator ON disputes (world, mediated, opened_at, seq);
CREATE INDEX disputes_of_store ON disputes (world, store, about_goods, opened_at);
CREATE INDEX disputes_of_order ON disputes (world, order_id);
CREATE INDEX events_by_time ON events (world, at, order_id, number);
CREATE INDEX mails_of_recipient ON mails (world, recipient, at, seq);
CREATE INDEX messages_of_store ON messages (world, store, reported_at);
CREATE INDEX messages_of_order ON messages (world, order_id, number);
CREATE INDEX reviews_of_store ON reviews (world, store, made_at);
CREATE INDEX replies_by_age ON replies (world, owner, at);
COMMIT;
