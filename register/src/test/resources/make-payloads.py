#!/usr/bin/env python3
"""Makes good/*.json, one payload of each kind, and bad/*.json, each with the one fault it is named after.
bad/expected.tsv says what the refusal must contain."""
import copy, hashlib, json, pathlib

here = pathlib.Path(__file__).parent
sha = lambda n, t: hashlib.new(f"sha{n}", t.encode()).hexdigest()
alice = {"subject": "CN=Alice,O=Example", "issuer": "CN=Example CA,O=Example"}
bob = {"subject": "CN=Bob \u00c5ngstr\u00f6m,O=Example", "issuer": "CN=Example CA,O=Example"}
person = lambda p: sha(256, p["subject"] + "\n" + p["issuer"])
policy = {"name": "egi-endorsement", "version": "2", "sha256": sha(256, "policy")}
head = {"ledger": "catalogue.example/2026", "signer": alice, "issuedAt": "2026-11-21T01:02:03Z", "nonce": "0123456789abcdef" * 2}
image, endorsement = sha(512, "image"), sha(256, "endorsement")

def statement(kind, name, digest, /, **members):
    return {"_type": "https://in-toto.io/Statement/v1", "subject": [{"name": name, "digest": digest}],
            "predicateType": f"https://imprimatur.org/statement/{kind}/v1", "predicate": head | members}

of_image = lambda kind, **members: statement(kind, "image", {"sha512": image}, **members)
of_bob = lambda kind, **members: statement(kind, "person", {"sha256": person(bob)}, owner="vo:biomed", role="endorser", person=bob, **members)
good = {
    "appointment": of_bob("appointment", name="Bob \u00c5ngstr\u00f6m", contact="security@example.org", responsibility="We answer for it.\nAlways."),
    "dismissal": of_bob("dismissal", explanation="left"),
    "policy": statement("policy", "policy", {"sha256": policy["sha256"]}, owner="infrastructure:grid", policy=policy, mediaType="application/pdf",
                        acceptBefore="2027-01-01T00:00:00Z", roles=["endorser", "vm-operator"], explanation="New:\nteams."),
    "practice": statement("practice", "practice", {"sha256": sha(256, "practice")}, owner="vo:biomed", team="builders", title="How we build", version="3",
                          mediaType="text/markdown", document=sha(256, "practice")),
    "suspension": statement("suspension", "person", {"sha256": person(bob)}, owner="infrastructure:grid", person=bob, names=["bob", "bob@cloud.example"],
                            reason="security", urgency="critical", explanation="his key was stolen"),
    "reinstatement": statement("reinstatement", "person", {"sha256": person(bob)}, owner="infrastructure:grid", person=bob, suspension=sha(256, "suspension"),
                               explanation="new key"),
    "acceptance": statement("acceptance", "policy", {"sha256": policy["sha256"]}, policy=policy),
    "endorsement": statement(
        "endorsement", "debian-12.qcow2", {"sha512": image}, owner="vo:biomed", guid="123e4567-e89b-42d3-a456-426614174000", version="1.0",
        tag="debian-12", title="Debian 12 for biomed \U0001f427", generatedAt="2026-11-20T08:00:00.123456Z",
        disk={"format": "qcow2", "fileBytes": 123456, "virtualBytes": 2147483648, "contentRoot": sha(256, "content")},
        system={"name": "Debian GNU/Linux", "version": "12", "architecture": "amd64", "packages": 279}, policy=policy,
        inspection={"tool": "imprimatur 0.1.0", "profile": "egi/1", "completeness": "COMPLETE", "report": sha(256, "report"), "sbom": sha(256, "sbom"),
                    "blocking": [{"rule": "ssh.host-key", "path": "/etc/ssh/ssh_host_rsa_key"}]},
        waivers=[{"rule": "ssh.host-key", "path": "/etc/ssh/ssh_host_rsa_key", "reason": "made anew at first boot", "expires": "2027-01-01T00:00:00Z"},
                 {"rule": "accounts.password", "reason": "locked at first boot", "expires": "2027-01-01T00:00:00Z"}],
        declaration="I checked it.", locations=["https://images.example/debian-12.qcow2"]),
    "revocation": of_image("revocation", endorsement=endorsement, reason="vulnerable", explanation="a hole", advisories=["DSA-1-1"]),
    "approval": of_image("approval", site="site:north", catalogue="catalogue.example/2026", endorsement=endorsement),
    "refusal": of_image("refusal", site="site:north", catalogue="catalogue.example/2026", endorsement=endorsement, explanation="does not start"),
    "block": of_image("block", owner="infrastructure:grid", explanation="mining"),
    "unblock": of_image("unblock", owner="infrastructure:grid", block=sha(256, "block"), explanation="cleaned"),
    "exception": of_image("exception", site="site:north", **{"class": "payload"}, until="2026-12-31T00:00:00Z", explanation="a rehearsal"),
}
full = copy.deepcopy(good["endorsement"])
full["predicate"] |= {
    "lineage": {"kind": "combined", "base": "sha512:" + sha(512, "base"), "configuration": "sha512:" + sha(512, "configuration")},
    "contributors": [{"name": "ROOT team", "software": "ROOT 6.32", "contact": "root@example.org"}, {"name": "Biomed", "software": "its software"}],
    "replaces": [sha(256, "older"), sha(256, "oldest")], "until": "2027-06-01T00:00:00Z",
    "generation": {"tool": "packer", "version": "1.11.2", "package": "pkg:golang/github.com/hashicorp/packer@1.11.2", "builder": "https://ci.example/builder",
                   "provenance": {"document": sha(256, "provenance"), "buildType": "https://ci.example/build/v1",
                                  "startedAt": "2026-11-20T07:00:00Z", "finishedAt": "2026-11-20T07:30:00Z"}},
    "patchedAt": "2026-11-20T06:00:00Z",
    "licences": [{"licence": "LicenseRef-Vendor", "path": "/var/lib/dpkg/status#vendor", "statement": "The vendor allows it."}, {"licence": "GPL-2.0-only", "statement": "Sources are offered."}]}
good["endorsement-in-full"] = full
good["endorsement-of-a-configuration"] = copy.deepcopy(good["endorsement"])
del good["endorsement-of-a-configuration"]["predicate"]["tag"]
good["endorsement-of-a-configuration"]["predicate"] |= {"lineage": {"kind": "vo-configuration"}, "contributors": []}
good["revocation-in-full"] = copy.deepcopy(good["revocation"])
good["revocation-in-full"]["predicate"] |= {"urgency": "critical", "replacement": sha(256, "newer")}
# The same kinds with members that may be left out.
more = {
    "appointment-to-team": of_bob("appointment", name="Builders", contact="security@example.org", responsibility="We answer for it.",
                                  notBefore="2026-12-01T00:00:00Z", notAfter="2027-12-01T00:00:00Z", team="builders", sharedKey=True),
    "dismissal-from-team": statement("dismissal", "person", {"sha256": person(bob)}, owner="vo:biomed", role="endorser", person=bob, team="builders",
                                     explanation="left"),
    "policy-for-all": statement("policy", "policy", {"sha256": policy["sha256"]}, owner="infrastructure:grid", policy=policy, mediaType="text/plain",
                                acceptBefore="2026-11-21T01:02:03Z", explanation="at once"),
    "practice-of-one": statement("practice", "practice", {"sha256": sha(256, "practice")}, owner="vo:biomed", title="How I build", version="1",
                                 mediaType="text/plain", document=sha(256, "practice")),
    "suspension-by-certificate": statement("suspension", "person", {"sha256": person(bob)}, owner="site:north", person=bob, reason="operational", urgency="low",
                                           explanation="floods the network"),
}
dump = lambda value: json.dumps(value, ensure_ascii=False, separators=(",", ":"))
bad = {}

def case(name, expected, kind, change=None, text=None):
    value = copy.deepcopy(good[kind])
    if change:
        change(value)
    out = dump(value)
    bad[name] = ((text(out) if text else out), expected)

def put(path, new):
    *way, last = path
    def change(value):
        for step in way:
            value = value[step]
        value[last] = new
    return change

def drop(*path):
    *way, last = path
    def change(value):
        for step in way:
            value = value[step]
        del value[last]
    return change

P = "predicate"
case("duplicate-key", "predicate.role: expected the member once, found it twice", "dismissal", text=lambda t: t.replace('"role":"endorser"', '"role":"endorser","role":"appointer"'))
case("duplicate-key-escaped", "predicate.role: expected the member once", "dismissal", text=lambda t: t.replace('"role":"endorser"', '"role":"endorser","r\\u006fle":"appointer"'))
case("too-deep", "nesting of at most 16", "block", text=lambda t: t.replace('"mining"', "[" * 5000 + "]" * 5000))
case("seventeen-deep", "nesting of at most 16", "block", text=lambda t: t.replace('"mining"', "[" * 15 + "]" * 15))
case("too-large", "expected at most 40960 bytes, found", "block", text=lambda t: t + " " * 40960)
case("unknown-member", "predicate.colour: expected no such member", "block", put([P, "colour"], "red"))
case("unknown-member-at-the-top", "extra: expected no such member", "block", put(["extra"], 1))
case("unknown-member-in-person", "predicate.signer.email: expected no such member", "block", put([P, "signer", "email"], "a@b"))
case("unknown-member-in-disk", "predicate.disk.label: expected no such member", "endorsement", put([P, "disk", "label"], "x"))
case("unknown-member-in-waiver", "predicate.waivers[1].path2: expected no such member", "endorsement", put([P, "waivers", 1, "path2"], "x"))
case("two-subjects", "subject: expected at most 1 items, found 2 items", "block", lambda v: v["subject"].append(v["subject"][0]))
case("no-subject", "subject: expected one subject, found none", "block", put(["subject"], []))
case("md5-subject", "subject[0].digest.md5: expected no such member", "block", put(["subject", 0, "digest"], {"md5": "0" * 32}))
case("two-digests", "subject[0].digest.sha256: expected no such member", "block", put(["subject", 0, "digest", "sha256"], "0" * 64))
case("sha256-of-an-image", "subject[0].digest: expected sha512 of the image, found sha256", "block", put(["subject", 0, "digest"], {"sha256": "0" * 64}))
case("upper-case-digest", "subject[0].digest.sha512: expected a SHA-512 in 128 lower-case hex digits", "block", put(["subject", 0, "digest", "sha512"], image.upper()))
case("short-digest", "subject[0].digest.sha512: expected a SHA-512", "block", put(["subject", 0, "digest", "sha512"], image[:-2]))
case("wrong-person-digest", "subject[0].digest: expected sha256:" + person(bob), "appointment", put(["subject", 0, "digest", "sha256"], person(alice)))
case("wrong-policy-digest", "subject[0].digest: expected sha256:" + policy["sha256"], "acceptance", put(["subject", 0, "digest", "sha256"], "0" * 64))
case("wrong-subject-name", "subject[0].name: expected 'image', found 'other'", "block", put(["subject", 0, "name"], "other"))
case("file-name-with-directory", "subject[0].name: expected a file name without directories", "endorsement", put(["subject", 0, "name"], "../debian.qcow2"))
case("control-character", "predicate.explanation: expected a text without control characters but line feed, found the character U+001B", "block", put([P, "explanation"], "\x1b[2J"))
case("line-feed-in-a-line", "predicate.title: expected a text without control characters on one line", "endorsement", put([P, "title"], "a\nb"))
case("delete-character", "found the character U+007F", "block", put([P, "explanation"], "a\x7f"))
case("half-surrogate", "found the character U+D800", "block", text=lambda t: t.replace("mining", "\\ud800"))
case("only-spaces", "predicate.explanation: expected a text that is not blank", "block", put([P, "explanation"], "   "))
case("empty-text", "predicate.explanation: expected a text of 1 to 2000 characters, found 0 characters", "block", put([P, "explanation"], ""))
case("text-too-long", "predicate.explanation: expected a text of 1 to 2000 characters, found 2001 characters", "block", put([P, "explanation"], "x" * 2001))
case("number-out-of-range", "predicate.disk.fileBytes: expected a number from 1 to 9007199254740992, found -1", "endorsement", put([P, "disk", "fileBytes"], -1))
case("number-of-more-than-64-bits", "predicate.disk.fileBytes: expected an integer of 64 bits", "endorsement", put([P, "disk", "fileBytes"], 1 << 64))
case("number-of-a-thousand-digits", "numbers of at most 32 digits", "endorsement", put([P, "disk", "fileBytes"], 10 ** 1000))
case("number-with-fraction", "predicate.disk.fileBytes: expected an integer, found '1.5'", "endorsement", put([P, "disk", "fileBytes"], 1.5))
case("number-with-exponent", "predicate.disk.fileBytes: expected an integer, found '1e3'", "endorsement", text=lambda t: t.replace("123456,", "1e3,"))
case("number-as-text", "predicate.disk.fileBytes: expected an integer, found the text '123456'", "endorsement", put([P, "disk", "fileBytes"], "123456"))
case("null-member", "predicate.tag: expected a value; absent members are left out, found null", "endorsement", put([P, "tag"], None))
case("missing-member", "predicate.explanation: expected a text, found nothing", "block", drop(P, "explanation"))
case("missing-nonce", "predicate.nonce: expected a text, found nothing", "block", drop(P, "nonce"))
case("short-nonce", "predicate.nonce: expected a nonce of 32 lower-case hex digits", "block", put([P, "nonce"], "00"))
case("trailing-text", "expected the end of the JSON document, found more text after its end", "block", text=lambda t: t + "{}")
case("truncated", "a fault in its syntax", "block", text=lambda t: t[:-10])
case("byte-order-mark", "expected JSON without a byte order mark", "block", text=lambda t: "\ufeff" + t)
case("not-utf-8", "expected JSON in UTF-8", "block", text=lambda t: t.replace("mining", "\udcff"))
case("utf-16", "expected JSON", "block", text=lambda t: t.encode("utf-16-le"))
case("comment", "a fault in its syntax", "block", text=lambda t: "/* */" + t)
case("empty", "expected a JSON value, found the end of the text", "block", text=lambda t: "")
case("an-array", "expected a JSON object, found another value", "block", text=lambda t: "[" + t + "]")
case("wrong-type", "_type: expected https://in-toto.io/Statement/v1", "block", put(["_type"], "https://in-toto.io/Statement/v0.1"))
case("unknown-kind", "predicateType: expected https://imprimatur.org/statement/KIND/v1 with KIND one of appointment", "block", put(["predicateType"], "https://imprimatur.org/statement/blessing/v1"))
case("unknown-role", "predicate.role: expected one of image-producer", "dismissal", put([P, "role"], "king"))
case("owner-without-kind", "predicate.owner: expected an owner such as", "block", put([P, "owner"], "biomed"))
case("owner-with-a-path", "predicate.owner: expected an owner such as", "block", put([P, "owner"], "vo:../../etc"))
case("site-that-is-a-vo", "predicate.site: expected an owner site:NAME, found 'vo:biomed'", "approval", put([P, "site"], "vo:biomed"))
case("instant-without-zone", "predicate.issuedAt: expected an instant such as", "block", put([P, "issuedAt"], "2026-11-21T01:02:03"))
case("instant-with-nanoseconds", "predicate.issuedAt: expected an instant such as", "block", put([P, "issuedAt"], "2026-11-21T01:02:03.123456789Z"))
case("instant-at-hour-24", "predicate.issuedAt: expected an instant such as", "block", put([P, "issuedAt"], "2026-11-21T24:00:00Z"))
case("instant-on-30-february", "predicate.issuedAt: expected an instant such as", "block", put([P, "issuedAt"], "2026-02-30T00:00:00Z"))
case("origin-with-space", "predicate.ledger: expected an origin without spaces", "block", put([P, "ledger"], "a b"))
case("upper-case-guid", "predicate.guid: expected a UUID in lower-case hex", "endorsement", put([P, "guid"], "123E4567-E89B-42D3-A456-426614174000"))
case("version-with-slash", "predicate.version: expected 1 to 64 letters", "endorsement", put([P, "version"], "1/0"))
case("tag-in-upper-case", "predicate.tag: expected a tag of 1 to 64", "endorsement", put([P, "tag"], "Debian"))
case("location-javascript", "predicate.locations[0]: expected an https:, http:, file:, s3:, oci: or docker: URL", "endorsement", put([P, "locations"], ["javascript:alert(1)"]))
case("seventeen-locations", "predicate.locations: expected at most 16 items, found 17 items", "endorsement", put([P, "locations"], ["https://a/"] * 17))
case("location-that-is-a-number", "predicate.locations[0]: expected a text, found the number 1", "endorsement", put([P, "locations"], [1]))
case("incomplete-without-findings", "predicate.inspection.blocking: expected a finding inspection.incomplete", "endorsement", put([P, "inspection", "completeness"], "INCOMPLETE"))
case("complete-with-unread-places", "predicate.inspection.blocking: expected no finding inspection.incomplete", "endorsement", put([P, "inspection", "blocking"], [{"rule": "inspection.incomplete", "path": "/x"}]))
case("contact-without-host", "predicate.contact: expected a mail address NAME@HOST, found 'nobody'", "appointment", put([P, "contact"], "nobody"))
case("subject-dn-with-line-feed", "predicate.signer.subject: expected a text without control characters on one line", "block", put([P, "signer", "subject"], "CN=A\nCN=B"))
case("advisory-too-long", "predicate.advisories[0]: expected a text of 1 to 64 characters", "revocation", put([P, "advisories"], ["x" * 65]))
case("predicate-is-a-text", "predicate: expected an object, found the text 'x'", "block", put([P], "x"))
F = "endorsement-in-full"
case("unknown-kind-of-image", "predicate.lineage.kind: expected base, vo-configuration or combined", F, put([P, "lineage", "kind"], "golden"))
case("combined-without-base", "predicate.lineage.base: expected a text, found nothing", F, drop(P, "lineage", "base"))
case("combined-of-a-bare-digest", "predicate.lineage.base: expected a digest sha512:", F, put([P, "lineage", "base"], sha(512, "base")))
case("combined-of-one-file-twice", "predicate.lineage.configuration: expected another file than the base", F, put([P, "lineage", "configuration"], "sha512:" + sha(512, "base")))
case("combined-that-is-its-base", "predicate.lineage: expected a combined image that is another file than its parts", F, put([P, "lineage", "base"], "sha512:" + image))
case("combined-without-configuration-not-its-base", "predicate.lineage.base: expected the digest of the image itself", F, drop(P, "lineage", "configuration"))
case("base-with-a-base", "predicate.lineage.base: expected no such member", F, put([P, "lineage", "kind"], "base"))
case("configuration-with-a-tag", "predicate.tag: expected no tag for a VO configuration", "endorsement-of-a-configuration", put([P, "tag"], "debian-12"))
case("contributor-without-software", "predicate.contributors[1].software: expected a text, found nothing", F, drop(P, "contributors", 1, "software"))
case("contributor-with-bad-contact", "predicate.contributors[0].contact: expected a mail address", F, put([P, "contributors", 0, "contact"], "@example.org"))
case("sixty-five-contributors", "predicate.contributors: expected at most 64 items", F, lambda v: v[P].update(contributors=v[P]["contributors"] * 33))
case("replaces-twice", "predicate.replaces: expected each endorsement once", F, put([P, "replaces", 1], sha(256, "older")))
case("replaces-no-id", "predicate.replaces[0]: expected", F, put([P, "replaces", 0], "older"))
case("replaces-a-text", "predicate.replaces: expected an array", F, put([P, "replaces"], sha(256, "older")))
case("until-a-date", "predicate.until: expected an instant such as", F, put([P, "until"], "2027-06-01"))
case("generation-without-version", "predicate.generation.version: expected a text, found nothing", F, drop(P, "generation", "version"))
case("generation-package-no-url", "predicate.generation.package: expected a package URL", F, put([P, "generation", "package"], "packer 1.11"))
case("provenance-that-ends-before-it-begins", "predicate.generation.provenance.finishedAt: expected not before", F, put([P, "generation", "provenance", "finishedAt"], "2026-11-20T06:00:00Z"))
case("provenance-with-sha1", "predicate.generation.provenance.document: expected", F, put([P, "generation", "provenance", "document"], "0" * 40))
case("unknown-member-in-provenance", "predicate.generation.provenance.level: expected no such member", F, put([P, "generation", "provenance", "level"], 3))
case("licence-without-statement", "predicate.licences[0].statement: expected a text, found nothing", F, drop(P, "licences", 0, "statement"))
case("licences-a-text", "predicate.licences: expected an array", F, put([P, "licences"], "GPL"))
case("unknown-urgency", "predicate.urgency: expected critical, high, moderate or low", "revocation-in-full", put([P, "urgency"], "soon"))
case("replacement-no-id", "predicate.replacement: expected", "revocation-in-full", put([P, "replacement"], "newer"))

case("term-that-ends-first", "predicate.notAfter: expected an instant after notBefore, 2027-01-01T00:00:00Z", "appointment",
     lambda v: v[P].update(notBefore="2027-01-01T00:00:00Z", notAfter="2027-01-01T00:00:00Z"))
case("term-that-is-over", "predicate.notAfter: expected an instant after issuedAt", "appointment", put([P, "notAfter"], "2026-11-21T01:02:03Z"))
case("shared-key-of-no-team", "predicate.team: expected the team whose shared key it is", "appointment", put([P, "sharedKey"], True))
case("shared-key-that-is-none", "predicate.sharedKey: expected true, or no such member, found false", "appointment", put([P, "sharedKey"], False))
case("shared-key-as-text", "predicate.sharedKey: expected true, or no such member, found the text 'true'", "appointment", put([P, "sharedKey"], "true"))
case("team-of-appointers", "predicate.team: expected a team for endorser or vm-operator only, found one for appointer", "appointment",
     lambda v: v[P].update(role="appointer", team="builders"))
case("team-with-slash", "predicate.team: expected a team of 1 to 64 letters", "practice", put([P, "team"], "a/b"))
case("policy-asked-for-before-it-is-there", "predicate.acceptBefore: expected an instant not before issuedAt", "policy", put([P, "acceptBefore"], "2026-11-21T01:02:02Z"))
case("policy-for-a-role-twice", "predicate.roles: expected each role once, found one twice", "policy", put([P, "roles"], ["endorser", "endorser"]))
case("policy-for-nobody", "predicate.roles: expected at least one item, or no list, found none", "policy", put([P, "roles"], []))
case("policy-for-a-king", "predicate.roles[1]: expected one of image-producer", "policy", put([P, "roles"], ["endorser", "king"]))
case("policy-in-html", "predicate.mediaType: expected text/plain, text/markdown or application/pdf, found 'text/html'", "policy", put([P, "mediaType"], "text/html"))
case("practice-of-another-document", "subject[0].digest: expected sha256:" + sha(256, "other"), "practice", put([P, "document"], sha(256, "other")))
case("suspension-for-fun", "predicate.reason: expected administrative, operational or security, found 'fun'", "suspension", put([P, "reason"], "fun"))
case("suspension-some-time", "predicate.urgency: expected critical, high, moderate or low", "suspension", put([P, "urgency"], "whenever"))
case("suspension-of-another", "subject[0].digest: expected sha256:" + person(alice), "suspension", put([P, "person"], alice))
case("suspension-with-seventeen-names", "predicate.names: expected at most 16 items, found 17 items", "suspension", put([P, "names"], ["x"] * 17))
case("suspension-with-no-names", "predicate.names: expected at least one item, or no list, found none", "suspension", put([P, "names"], []))
case("suspension-of-a-name-with-line-feed", "predicate.names[0]: expected a text without control characters on one line", "suspension", put([P, "names"], ["a\nb"]))

for folder in ("good", "bad"):
    (here / folder).mkdir(exist_ok=True)
for name, value in (good | more).items():
    (here / "good" / f"{name}.json").write_bytes(dump(value).encode())
for name, (text, _) in bad.items():
    raw = text if isinstance(text, bytes) else text.encode("utf-8", "surrogateescape")
    (here / "bad" / f"{name}.json").write_bytes(raw)
(here / "bad" / "expected.tsv").write_text("".join(f"{n}.json\t{e}\n" for n, (_, e) in sorted(bad.items())))
