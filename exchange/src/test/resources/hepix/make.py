#!/usr/bin/env python3
"""Makes the signed lists of this directory anew, with the OpenSSL command line and keys that are thrown away.

    python3 make.py WORKDIR

Writes *.list, anchors*/ and verdicts.tsv (file, options, verdict, reason, reasons of unusable images) beside itself."""
import copy, json, os, pathlib, subprocess, sys

HERE = pathlib.Path(__file__).parent
WORK = pathlib.Path(sys.argv[1]).resolve()
WORK.mkdir(parents=True, exist_ok=True)
FROM, UNTIL = "20260101000000Z", "20560101000000Z"
CA = "/DC=org/DC=example/CN=Example Grid CA"
SUB = "/DC=org/DC=example/CN=Example Issuing CA"
ALICE = "/DC=org/DC=example/O=Physics/CN=Alice Endorser"


def run(*args, data=None):
    done = subprocess.run([str(a) for a in args], cwd=WORK, input=data, capture_output=True)
    if done.returncode:
        sys.exit(f"{args}: {done.stderr.decode()}")
    return done.stdout


def config(ca):
    (WORK / f"{ca}.cnf").write_text(f"""
[ca]
default_ca = d
[d]
database = {WORK}/{ca}.index
new_certs_dir = {WORK}
serial = {WORK}/{ca}.serial
certificate = {WORK}/{ca}.pem
private_key = {WORK}/{ca}.key
default_md = sha256
default_days = 30
policy = p
unique_subject = no
copy_extensions = none
[p]
domainComponent = optional
organizationName = optional
commonName = supplied
emailAddress = optional
[ca_ext]
basicConstraints = critical,CA:true
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
[person]
basicConstraints = critical,CA:false
keyUsage = critical,digitalSignature
subjectKeyIdentifier = hash
[host]
basicConstraints = critical,CA:false
keyUsage = critical,digitalSignature
extendedKeyUsage = serverAuth,clientAuth
[mail]
basicConstraints = critical,CA:false
keyUsage = critical,digitalSignature
extendedKeyUsage = clientAuth,emailProtection
[encipher]
basicConstraints = critical,CA:false
keyUsage = critical,keyEncipherment
""")
    (WORK / f"{ca}.index").write_text("")
    (WORK / f"{ca}.serial").write_text("1000\n")


def key(name, kind="ec"):
    if kind == "ec":
        run("openssl", "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", f"{name}.key")
    else:
        run("openssl", "genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:" + kind[3:], "-out", f"{name}.key")


def issue(ca, name, subject, ext="person", kind="ec", start=FROM, end=UNTIL, self_signed=False):
    key(name, kind)
    run("openssl", "req", "-new", "-utf8", "-key", f"{name}.key", "-subj", subject, "-out", f"{name}.csr")
    more = ["-selfsign", "-keyfile", f"{name}.key"] if self_signed else []
    run("openssl", "ca", "-batch", "-utf8", "-config", f"{ca}.cnf", "-in", f"{name}.csr", "-out", f"{name}.pem", "-notext", "-extensions", ext,
        "-startdate", start, "-enddate", end, "-preserveDN", *more)


def crl(ca, out, next_update=UNTIL):
    run("openssl", "ca", "-config", f"{ca}.cnf", "-gencrl", "-crl_lastupdate", FROM, "-crl_nextupdate", next_update, "-out", out)


for ca in ("root", "sub", "other"):
    config(ca)
issue("root", "root", CA, "ca_ext", self_signed=True)
issue("root", "sub", SUB, "ca_ext")
issue("other", "other", CA, "ca_ext", self_signed=True)
issue("root", "alice", ALICE)
issue("root", "rsa", ALICE, kind="rsa2048")
issue("root", "short", ALICE, kind="rsa1024")
issue("root", "bob", "/DC=org/DC=example/O=Physics/CN=Bob")
issue("root", "mail", ALICE, "mail")
issue("root", "host", "/DC=org/DC=example/O=Physics/CN=host.example.org", "host")
issue("root", "encipher", ALICE, "encipher")
issue("root", "outside", "/DC=com/DC=elsewhere/CN=Mallory")
issue("root", "ended", ALICE, end="20260601000000Z")
issue("root", "umlaut", "/DC=org/DC=example/O=Physics/CN=Jörg")
issue("root", "revoked", ALICE)
issue("sub", "under", "/DC=org/DC=example/O=Physics/CN=Under")
issue("other", "mallory", ALICE)
run("openssl", "ca", "-config", "root.cnf", "-revoke", "revoked.pem")


def anchors(name, crl_file):
    target = HERE / name
    target.mkdir(exist_ok=True)
    for old in target.iterdir():
        old.unlink()
    h = run("openssl", "x509", "-in", "root.pem", "-noout", "-hash").decode().strip()
    (target / f"{h}.0").write_bytes((WORK / "root.pem").read_bytes())
    if crl_file:
        (target / f"{h}.r0").write_bytes((WORK / crl_file).read_bytes())
    (target / f"{h}.signing_policy").write_text(
        f"access_id_CA   X509    '{CA}'\npos_rights     globus  CA:sign\ncond_subjects  globus  '\"/DC=org/DC=example/*\"'\n")
    return target, h


crl("root", "root.crl")
crl("other", "foreign.crl")
crl("root", "old.crl", next_update="20260601000000Z")
anchors("anchors", "root.crl")
anchors("anchors-foreign-crl", "foreign.crl")
anchors("anchors-old-crl", "old.crl")
anchors("anchors-no-crl", None)
# The issuing authority is revoked by the root, while its own list is good.
run("openssl", "ca", "-config", "root.cnf", "-revoke", "sub.pem")
crl("root", "sub-revoked.crl")
crl("sub", "sub.crl")
SUBHASH = run("openssl", "x509", "-in", "sub.pem", "-noout", "-hash").decode().strip()
for name, revocations in (("anchors", "root.crl"), ("anchors-sub-revoked", "sub-revoked.crl")):
    target, h = anchors(name, revocations)
    (target / f"{SUBHASH}.r0").write_bytes((WORK / "sub.crl").read_bytes())
    (target / f"{SUBHASH}.signing_policy").write_text(
        f"access_id_CA   X509    '{SUB}'\npos_rights     globus  CA:sign\ncond_subjects  globus  '\"/DC=org/DC=example/*\"'\n")

SHA = "cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e"


def image(n, **more):
    one = {
        "dc:description": "Worker node", "dc:identifier": f"7c5d0a6e-1c7f-4d0e-8f25-3a1be0c4d2{n:02d}",
        "ad:mpuri": f"https://catalogue.example.org/store/vo/image/{n}", "dc:title": f"EL9 worker node {n}", "ad:group": "General group",
        "hv:hypervisor": "kvm", "hv:format": "qcow2", "hv:ram_minimum": "512", "hv:core_minimum": 1, "hv:size": "734003200",
        "hv:uri": f"https://images.example.org/worker-{n}.qcow2", "hv:version": "14", "dc:date:expires": "2027-02-28T00:00:00Z",
        "sl:arch": "x86_64", "sl:checksum:sha512": SHA, "sl:comments": "", "sl:os": "Linux", "sl:osname": "AlmaLinux", "sl:osversion": "9.5",
        "ad:user:fullname": "Physics", "ad:user:guid": "aa7c1d40-55d1-4a0c-9d10-0c1e2f3a4b5c", "ad:user:uri": "https://catalogue.example.org/p"}
    for k, v in more.items():
        k = k.replace("__", ":")
        if v is None:
            one.pop(k)
        else:
            one[k] = v
    return {"hv:image": one}


def listing(images=None, dn=ALICE, ca=CA, **more):
    out = {
        "dc:date:created": "2026-11-20T00:00:00Z", "dc:date:expires": "2026-12-18T00:00:00Z", "dc:description": "Batch worker images",
        "dc:identifier": "2f1f0c52-6a2b-4b1e-9d55-0f3b7c1a9e10", "dc:source": "https://images.example.org/", "dc:title": "Worker nodes",
        "ad:vo": "physics.example.org",
        "hv:endorser": {"hv:x509": {"dc:creator": "Physics", "hv:ca": ca, "hv:dn": dn, "hv:email": "images@example.org"}},
        "hv:images": [image(1), image(2)] if images is None else images, "hv:uri": "https://images.example.org/worker.list", "hv:version": "31"}
    for k, v in more.items():
        k = k.replace("__", ":")
        if v is None:
            out.pop(k)
        else:
            out[k] = v
    return {"hv:imagelist": out}


rows = []


def text(value):
    return value if isinstance(value, (str, bytes)) else json.dumps(value, indent=1, ensure_ascii=False)


def case(name, value, verdict="ACCEPTED", reason="-", images="-", who="alice", options="", how=(), edit=None, cms=False):
    body = text(value)
    (WORK / "body.json").write_bytes(body if isinstance(body, bytes) else body.encode())
    signers = []
    for one in who.split("+"):
        signers += ["-signer", f"{one}.pem", "-inkey", f"{one}.key"]
    message = run("openssl", "cms" if cms else "smime", "-sign", "-in", "body.json", *signers, *how)
    if edit:
        message = edit(message)
    plain(name, message, verdict, reason, images, options)


def plain(name, message, verdict, reason, images="-", options=""):
    (HERE / f"{name}.list").write_bytes(message if isinstance(message, bytes) else message.encode())
    rows.append((name, options or "-", verdict, reason, images))


def swap(old, new):
    def edit(message):
        assert old in message
        return message.replace(old, new)
    return edit


U, R, X = "UNREADABLE", "REFUSED", "not-a-list"
# Forms that are accepted.
case("good", listing())
case("good-rsa-sha256", listing(), who="rsa")
case("good-sha384", listing(), how=["-md", "sha384"])
case("good-sha512", listing(), how=["-md", "sha512"])
case("good-no-signed-attributes", listing(), how=["-noattr"])
case("good-all-lf", listing(), edit=swap(b"\r\n", b"\n"))
case("good-all-crlf", listing(), edit=lambda m: m.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))
case("good-opaque", listing(), how=["-nodetach"])
case("good-without-x", listing(), edit=swap(b"x-pkcs7-", b"pkcs7-"))
case("good-wrong-micalg", listing(), edit=swap(b'micalg="sha-256"', b'micalg="md5"'))
case("good-mail-certificate", listing(), who="mail")
case("good-intermediate-inside", listing(dn="/DC=org/DC=example/O=Physics/CN=Under", ca=SUB), who="under", how=["-certfile", "sub.pem"])
case("good-name-escaped", listing(dn="/DC=org/DC=example/O=Physics/CN=J\\xC3\\xB6rg"), who="umlaut")
case("good-name-decoded", listing(dn="/DC=org/DC=example/O=Physics/CN=Jörg"), who="umlaut")
case("good-one-long-line", json.dumps(listing(dc__description="Grüße " * 9000), ensure_ascii=False))
case("good-no-newline-at-end", text(listing()).rstrip())
case("good-empty-list", listing(images=[]))
case("good-old-form", listing()["hv:imagelist"])
case("good-hepix-keys-only", listing(images=[image(1, ad__mpuri=None, ad__group=None, hv__format=None, sl__osname=None, ad__user__guid=None, dc__date__expires=None)], ad__vo=None))
case("good-unknown-keys", listing(x__y={"a": [1.5, None, True]}, images=[image(1, x__z=1e300)]))
case("good-version-is-a-number", listing(hv__version=31))
case("good-fraction-and-offset", listing(dc__date__created="2026-11-20T02:00:00.25+02:00"))
case("good-never-expires", listing(dc__date__expires="2499-12-31T22:00:00Z"))
case("good-capital-hex", listing(images=[image(1, sl__checksum__sha512=SHA.upper(), hv__format="QCOW2")]))
case("good-with-options", listing(), options=f"--endorser={ALICE}|--issuer={CA}|--require-crls")
case("sha1-allowed", listing(), how=["-md", "sha1"], options="--legacy-sha1")
# Signatures that peers have believed, or might.
case("sha1", listing(), R, "weak-digest", how=["-md", "sha1"])
case("md5", listing(), R, "weak-digest", how=["-md", "md5"], options="--legacy-sha1", who="rsa")
case("tampered-content", listing(), R, "digest-mismatch", edit=swap(b"worker-1.qcow2", b"worker-9.qcow2"))
case("tampered-trailing-space", listing(), R, "digest-mismatch", edit=swap(b"{\r\n", b"{ \r\n"))
case("digest-over-bare-lf", listing(), R, "digest-mismatch", how=["-binary"])
case("two-signers", listing(), R, "several-signers", who="alice+bob")
case("signer-by-key-identifier", listing(), R, "signer-by-key-identifier", how=["-keyid"], cms=True)
case("rsa-pss", listing(), R, "unsupported-algorithm", how=["-keyopt", "rsa_padding_mode:pss"], who="rsa", cms=True)
case("certificate-not-inside", listing(), R, "certificate-missing", how=["-nocerts"])
case("revoked-certificate", listing(), R, "revoked", who="revoked")
case("expired-certificate", listing(), R, "expired", who="ended")
case("host-certificate", listing(dn="/DC=org/DC=example/O=Physics/CN=host.example.org"), R, "unsuitable-certificate", who="host")
case("key-usage-without-signing", listing(), R, "unsuitable-certificate", who="encipher")
case("short-key", listing(), R, "weak-key", who="short")
case("issuer-of-the-same-name", listing(), R, "bad-signature", who="mallory")
case("outside-the-namespace", listing(dn="/DC=com/DC=elsewhere/CN=Mallory"), R, "namespace-violation", who="outside")
case("issuer-unknown", listing(dn="/DC=org/DC=example/O=Physics/CN=Under", ca=SUB), R, "unknown-issuer", who="under")
case("revoked-issuer", listing(dn="/DC=org/DC=example/O=Physics/CN=Under", ca=SUB), R, "revoked", who="under", how=["-certfile", "sub.pem"], options="anchors-sub-revoked")
case("crl-by-another-key", listing(), R, "crl-unusable", options="anchors-foreign-crl")
case("crl-expired", listing(), R, "crl-expired", options="anchors-old-crl")
case("crl-missing", listing(), R, "crl-missing", options="anchors-no-crl|--require-crls")
plain("unsigned", text(listing()), R, "not-signed")
case("signature-is-noise", listing(), R, "signature-unreadable", edit=swap(b"\n\nMI", b"\n\nQQ"))
# Endorsers.
case("other-endorser-named", listing(dn="/DC=org/DC=example/O=Physics/CN=Bob"), R, "endorser-dn-mismatch")
case("other-case-named", listing(dn=ALICE.upper()), R, "endorser-dn-mismatch")
case("other-issuer-named", listing(ca=SUB), R, "endorser-ca-mismatch")
case("other-endorser-expected", listing(), R, "unexpected-endorser", options="--endorser=/DC=org/DC=example/O=Physics/CN=Bob")
case("other-issuer-expected", listing(), R, "unexpected-issuer", options=f"--issuer={SUB}")
case("no-endorser", listing(hv__endorser=None), R, "missing-key")
# Lists.
case("expired-list", listing(dc__date__expires="2026-11-21T12:00:00Z"), R, "list-expired")
case("created-in-future", listing(dc__date__created="2026-11-21T12:00:01Z"), R, "created-in-future")
case("expires-before-created", listing(dc__date__created="2026-12-18T00:00:00Z"), R, "created-in-future")
case("no-expiry", listing(dc__date__expires=None), R, "missing-key")
case("no-version", listing(hv__version=None), R, "missing-key")
case("version-is-null", text(listing()).replace('"hv:version": "31"', '"hv:version": null'), R, "missing-key")
case("version-is-an-object", listing(hv__version={}), R, "malformed-key")
case("time-beyond-range", listing(dc__date__expires="12026-12-18T00:00:00Z"), R, "malformed-key")
case("time-that-never-was", listing(dc__date__expires="2027-02-30T00:00:00Z"), R, "malformed-key")
case("time-as-number", listing(dc__date__expires=1797552000), R, "malformed-key")
case("identifier-climbs-out", listing(dc__identifier="../../etc/cron.d/x"), R, "identifier-not-uuid")
case("identifier-without-dashes", listing(dc__identifier="2f1f0c526a2b4b1e9d550f3b7c1a9e10"), R, "identifier-not-uuid")
case("images-not-an-array", listing(images={}), R, "malformed-key")
case("control-character-in-title", listing(dc__title="Worker\u001b[2J"), R, "malformed-key")
case("duplicate-key-in-list", text(listing()).replace('"hv:version": "31"', '"hv:version": "31", "hv:version": "99"'), R, "duplicate-key")
case("duplicate-key-in-image", text(listing(images=[image(1)])).replace('"hv:size"', '"hv:size": 1, "hv:size"'), R, "duplicate-key")
case("rollback", listing(hv__version="9"), R, "version-lower", options="--previous=good")
case("same-version-other-content", listing(dc__title="Other"), R, "same-version-changed", options="--previous=good")
case("other-list", listing(dc__identifier="00000000-6a2b-4b1e-9d55-0f3b7c1a9e10"), R, "other-list", options="--previous=good")
case("newer-version", listing(hv__version="100"), options="--previous=good")
case("same-again", listing(), options="--previous=good")
case("moves-elsewhere", listing(hv__version="32", hv__uri="https://evil.example/list"), options="--previous=good")
# Images that alone are unusable.
case("image-climbs-out", listing(images=[image(1), image(2, dc__identifier="../../../tmp/x")]), images="image-identifier-not-uuid")
case("image-twice", listing(images=[image(1), image(1), image(2)]), images="image-duplicate-identifier,image-duplicate-identifier")
case("image-without-checksum", listing(images=[image(1, sl__checksum__sha512=None), image(2)]), images="image-missing-key")
case("image-short-checksum", listing(images=[image(1, sl__checksum__sha512="00"), image(2)]), images="image-bad-checksum")
case("image-with-shell-in-uri", listing(images=[image(1, hv__uri="https://x.example/`reboot`"), image(2, hv__uri="https://x.example/a b;reboot")]), images="image-bad-uri,image-bad-uri")
case("image-by-file", listing(images=[image(1, hv__uri="file:///etc/shadow"), image(2)]), images="image-bad-uri")
case("image-with-password-in-uri", listing(images=[image(1, hv__uri="https://a:b@x.example/a"), image(2)]), images="image-bad-uri")
case("image-size-beyond-range", listing(images=[image(1, hv__size=10**30), image(2, hv__size="0")]), images="image-bad-size,image-bad-size")
case("image-size-is-a-huge-power", text(listing(images=[image(1), image(2)])).replace('"734003200"', "1e999999999", 1), images="image-bad-size")
case("image-size-is-negative", listing(images=[image(1, hv__size=-5), image(2)]), images="image-bad-size")
case("image-size-has-a-fraction", listing(images=[image(1, hv__size=5.5), image(2)]), images="image-bad-size")
case("image-expired", listing(images=[image(1, dc__date__expires="2026-11-21T12:00:00Z"), image(2)]), images="image-expired")
case("image-is-null", text(listing(images=[image(1), "HERE"])).replace('"HERE"', "null"), images="image-malformed")
case("image-is-a-text", listing(images=["image", image(1)]), images="image-malformed")
case("image-title-is-null", text(listing(images=[image(1), image(2, dc__title="HERE")])).replace('"HERE"', "null"), images="image-missing-key")
case("image-title-is-an-array", listing(images=[image(1, dc__title=["a"]), image(2)]), images="image-malformed-key")
case("image-version-goes-down", listing(hv__version="32", images=[image(1, hv__version="9"), image(2)]), images="image-version-lower", options="--previous=good")
case("image-changes-in-place", listing(hv__version="32", images=[image(1, sl__checksum__sha512="0" * 128), image(2)]), images="image-same-version-changed", options="--previous=good")
# Not lists.
plain("empty", b"", U, X)
plain("text", "This is no list.\n", U, X)
plain("nul-bytes", b"\0" * 512, U, X)
case("signed-text", "This is no list.\n", U, X)
case("signed-array", "[]\n", U, X)
case("signed-other-json", '{"a": 1}\n', U, X)
case("json-cut-off", text(listing())[:-40], U, X)
case("json-with-more-after-it", text(listing()) + "{}", U, X)
case("inner-headers", listing(), U, X, how=["-text"])
case("not-utf-8", text(listing(dc__title="Gr\u00fc\u00dfe")).encode("latin-1"), U, X)
case("utf-16", text(listing()).encode("utf-16"), U, X, edit=lambda m: m)
case("byte-order-mark", b"\xef\xbb\xbf" + text(listing()).encode(), U, X)
case("too-deep", text(listing()).replace('"hv:version"', '"x": ' + "[" * 100 + "]" * 100 + ', "hv:version"'), U, X)
case("number-of-many-digits", text(listing()).replace('"31"', "1" * 5000), U, X)
good = (HERE / "good.list").read_bytes()
plain("message-cut-off", good[: len(good) - 200], U, X)
plain("message-without-boundary", good.replace(b"boundary=", b"bound="), U, X)
plain("message-without-signature", good[: good.rindex(b"Content-Type: ")] + b"\n", U, X)
plain("message-of-pgp", good.replace(b"x-pkcs7-", b"pgp-"), U, X)
plain("message-with-two-types", b"Content-Type: text/plain\n" + good, U, X)
plain("message-with-three-parts", good.replace(b"\nContent-Type: application", b"\n{}\n--" + good.split(b'boundary="')[1].split(b'"')[0] + b"\nContent-Type: application"), U, X)

with (HERE / "verdicts.tsv").open("w") as out:
    out.write("# file\toptions\tverdict\treason\treasons of unusable images\n")
    for row in rows:
        out.write("\t".join(row) + "\n")
