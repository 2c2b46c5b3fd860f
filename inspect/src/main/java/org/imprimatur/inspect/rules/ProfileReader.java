package org.imprimatur.inspect.rules;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.imprimatur.inspect.rules.LicencePolicy.Verdict;
import org.imprimatur.inspect.rules.StrictYaml.Items;
import org.imprimatur.inspect.rules.StrictYaml.Member;
import org.imprimatur.inspect.rules.StrictYaml.Members;
import org.imprimatur.inspect.rules.StrictYaml.Scalar;
import org.jspecify.annotations.Nullable;

/** Makes a profile of its text. Collects all that is wrong, so that a writer sees it at once. */
final class ProfileReader {

    /** How many profiles may stand upon each other. */
    static final int MAX_EXTENDS = 8;

    private static final List<String> MEMBERS =
            List.of(
                    "name",
                    "version",
                    "title",
                    "extends",
                    "rules",
                    "parameters",
                    "licences",
                    "waivers");
    private static final List<String> WAIVERS = List.of("never", "longest", "shortest-reason");
    private static final List<String> SEVERITIES = List.of("block", "warn", "info", "off");
    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9-]{0,47}");
    private static final Pattern VERSION = Pattern.compile("[0-9]{1,6}(\\.[0-9]{1,6}){0,3}");
    private static final int MAX_TITLE = 120;

    private final String where;
    private final @Nullable Path file;
    private final Set<Path> below;
    private final List<ProfileFault> faults = new ArrayList<>();
    private boolean overflowed;

    /**
     * A reader of one text.
     *
     * @param where how faults name it
     * @param file where it lies; null for one that is shipped
     */
    ProfileReader(String where, @Nullable Path file) {
        this(where, file, Set.of());
    }

    private ProfileReader(String where, @Nullable Path file, Set<Path> below) {
        this.where = where;
        this.file = file;
        this.below = below;
    }

    static ProfileReader ofFile(Path file) {
        return new ProfileReader(file.toString(), file);
    }

    /**
     * The profile that a text describes.
     *
     * @param depth how many profiles extend it
     * @throws InvalidProfile if anything is wrong
     */
    Profile read(String text, int depth) {
        var top = StrictYaml.parse(text, this::fault);
        known(top, MEMBERS, "member");
        var name = text(top, "name", NAME, "a name of lower-case letters, digits and '-'");
        var version = text(top, "version", VERSION, "a version such as 1 or 1.2");
        var title = title(top);
        var base = base(top, depth);

        var severities = new TreeMap<String, Severity>();
        var parameters = new EnumMap<Parameter, Long>(Parameter.class);
        var licences = new TreeMap<String, Verdict>();
        var waivers = WaiverRules.DEFAULT;
        if (base != null) {
            severities.putAll(base.severities());
            parameters.putAll(base.parameters().values());
            licences.putAll(base.parameters().licences().verdicts());
            waivers = base.waivers();
        }
        members(top, "rules").forEach((id, member) -> rule(id, member, severities));
        members(top, "parameters").forEach((id, member) -> parameter(id, member, parameters));
        licences(top, licences);
        waivers = waivers(top, waivers);

        var at = top.byName().get("name");
        if (file != null && Profiles.SHIPPED.contains(name) && at != null) {
            fault(
                    at.line(),
                    "'%s' is the name of a profile that is shipped; take another, and extend it"
                            .formatted(name));
        }
        if (!faults.isEmpty()) {
            faults.sort(Comparator.comparingInt(ProfileFault::line));
            if (overflowed) {
                faults.add(new ProfileFault(where, faults.getLast().line(), "and more faults"));
            }
            throw new InvalidProfile(faults);
        }
        return new Profile(
                name,
                version,
                title,
                severities,
                new Parameters(parameters, new LicencePolicy(licences)),
                waivers);
    }

    private void fault(int line, String explanation) {
        if (faults.size() < StrictYaml.MAX_FAULTS) {
            faults.add(new ProfileFault(where, line, explanation));
        } else {
            overflowed = true;
        }
    }

    private void known(Members members, Collection<String> names, String kind) {
        members.byName()
                .forEach(
                        (name, member) -> {
                            if (!names.contains(name)) {
                                unknown(member.line(), kind, name, names);
                            }
                        });
    }

    private void unknown(int line, String kind, String name, Collection<String> known) {
        var hint = Nearest.of(name, known);
        var otherwise =
                known.size() <= 12
                        ? "; there are " + String.join(", ", known)
                        : "; imprimatur rules list has them";
        fault(
                line,
                "no %s '%s'%s"
                        .formatted(
                                kind,
                                name,
                                hint.map("; did you mean '%s'?"::formatted).orElse(otherwise)));
    }

    private String text(Members top, String name, Pattern form, String expected) {
        var member = top.byName().get(name);
        if (member == null) {
            fault(top.line(), "'%s' is missing: %s".formatted(name, expected));
            return "";
        }
        var text = scalar(member).orElse("");
        if (!form.matcher(text).matches()) {
            fault(member.line(), "'%s' is not %s".formatted(shown(text), expected));
        }
        return text;
    }

    private String title(Members top) {
        var member = top.byName().get("title");
        var text = member == null ? "" : scalar(member).orElse("").strip();
        if (text.isEmpty() || text.length() > MAX_TITLE) {
            fault(
                    member == null ? top.line() : member.line(),
                    "'title' says in 1 to %d characters what the profile is for"
                            .formatted(MAX_TITLE));
        }
        return text;
    }

    private Optional<String> scalar(Member member) {
        if (member.value() instanceof Scalar(_, var text)) {
            return Optional.of(text);
        }
        fault(member.line(), "a text is expected here, no list and nothing below");
        return Optional.empty();
    }

    private Map<String, Member> members(Members top, String name) {
        var member = top.byName().get(name);
        if (member == null) {
            return Map.of();
        }
        if (member.value() instanceof Members(_, var byName)) {
            return byName;
        }
        fault(member.line(), "'%s' needs lines below it, indented: name: value".formatted(name));
        return Map.of();
    }

    private @Nullable Profile base(Members top, int depth) {
        var member = top.byName().get("extends");
        var name = member == null ? "" : scalar(member).orElse("");
        if (member == null || name.isEmpty()) {
            if (member != null && member.value() instanceof Scalar) {
                fault(member.line(), "which profile does it extend?");
            }
            return null;
        }
        if (depth >= MAX_EXTENDS) {
            fault(member.line(), "more than %d profiles extend each other".formatted(MAX_EXTENDS));
            return null;
        }
        var shipped = Profiles.shipped(name);
        if (shipped.isPresent()) {
            return shipped.get();
        }
        if (file == null || !Profiles.isFileName(name)) {
            unknown(member.line(), "shipped profile or file", name, Profiles.SHIPPED);
            return null;
        }
        return baseInFile(member.line(), file, name, depth);
    }

    private @Nullable Profile baseInFile(int line, Path from, String name, int depth) {
        var other = from.resolveSibling(name);
        try {
            var chain = new HashSet<>(below);
            chain.add(from.toRealPath());
            if (chain.contains(other.toRealPath())) {
                fault(line, "'%s' would extend itself".formatted(name));
                return null;
            }
            return new ProfileReader(other.toString(), other, chain)
                    .read(Profiles.content(other), depth + 1);
        } catch (InvalidProfile bad) {
            fault(line, "'%s', which it extends, is invalid".formatted(name));
            faults.addAll(bad.faults());
            return null;
        } catch (NoSuchFileException e) {
            fault(line, "there is no file '%s' to extend".formatted(other));
            return null;
        } catch (IOException e) {
            fault(line, "'%s' cannot be read: %s".formatted(other, e.getMessage()));
            return null;
        }
    }

    private void rule(String id, Member member, Map<String, Severity> severities) {
        var text = scalar(member);
        if (RuleCatalogue.rule(id).isEmpty()) {
            unknown(
                    member.line(),
                    "rule",
                    id,
                    RuleCatalogue.rules().stream().map(Rule::id).toList());
        } else if (text.isEmpty()) {
            return;
        } else if (!SEVERITIES.contains(text.get())) {
            unknown(member.line(), "severity", shown(text.get()), SEVERITIES);
        } else if (id.equals(RuleCatalogue.INCOMPLETE) && !text.get().equals("block")) {
            fault(member.line(), "what was not read always blocks: %s is 'block'".formatted(id));
        } else if (text.get().equals("off")) {
            severities.remove(id);
        } else {
            severities.put(id, Severity.valueOf(text.get().toUpperCase(Locale.ROOT)));
        }
    }

    private void parameter(String name, Member member, Map<Parameter, Long> values) {
        var text = scalar(member);
        var parameter =
                Stream.of(Parameter.values()).filter(each -> each.label().equals(name)).findFirst();
        if (parameter.isEmpty()) {
            unknown(
                    member.line(),
                    "parameter",
                    name,
                    Stream.of(Parameter.values()).map(Parameter::label).toList());
            return;
        }
        var known = parameter.get();
        text.flatMap(
                        written ->
                                amount(
                                        member.line(),
                                        written,
                                        known.unit(),
                                        known.least(),
                                        known.most()))
                .ifPresent(value -> values.put(known, value));
    }

    private Optional<Long> amount(
            int line, String text, Parameter.Unit unit, long least, long most) {
        var amount = unit.parse(text);
        if (amount.isEmpty()) {
            fault(line, "'%s' is not %s".formatted(shown(text), unit.example()));
        } else if (amount.get() < least || amount.get() > most) {
            fault(
                    line,
                    "'%s' is out of range: from %s to %s"
                            .formatted(shown(text), unit.text(least), unit.text(most)));
            return Optional.empty();
        }
        return amount;
    }

    /** A pattern of this text takes the place of the same one in the profile it extends. */
    private void licences(Members top, Map<String, Verdict> verdicts) {
        var here = new HashSet<String>();
        members(top, "licences")
                .forEach(
                        (name, member) -> {
                            var verdict =
                                    Stream.of(Verdict.values())
                                            .filter(each -> each.label().equals(name))
                                            .findFirst();
                            if (verdict.isEmpty()) {
                                unknown(
                                        member.line(),
                                        "verdict on licences",
                                        name,
                                        Stream.of(Verdict.values()).map(Verdict::label).toList());
                            } else if (member.value() instanceof Items(_, var items)) {
                                for (var item : items) {
                                    if (pattern(item, here)) {
                                        verdicts.put(
                                                LicencePolicy.lower(item.text()), verdict.get());
                                    }
                                }
                            } else {
                                fault(member.line(), "'%s' is a list of licences".formatted(name));
                            }
                        });
        if (verdicts.size() > LicencePolicy.MAX_PATTERNS) {
            fault(top.line(), "more than %d licences".formatted(LicencePolicy.MAX_PATTERNS));
        }
    }

    private boolean pattern(Scalar item, Set<String> here) {
        var text = item.text();
        if (text.isBlank() || text.length() > LicencePolicy.MAX_PATTERN) {
            fault(
                    item.line(),
                    "'%s' is not a licence of 1 to %d characters"
                            .formatted(shown(text), LicencePolicy.MAX_PATTERN));
            return false;
        }
        if (!here.add(LicencePolicy.lower(text))) {
            fault(item.line(), "'%s' stands here twice".formatted(shown(text)));
            return false;
        }
        return true;
    }

    private WaiverRules waivers(Members top, WaiverRules base) {
        var members = new LinkedHashMap<>(members(top, "waivers"));
        known(new Members(top.line(), members), WAIVERS, "member of waivers");
        var never = new LinkedHashSet<>(base.never());
        var list = members.get("never");
        if (list != null) {
            if (list.value() instanceof Items(_, var items)) {
                items.forEach(item -> never(item, never));
            } else {
                fault(list.line(), "'never' is a list of rules");
            }
        }
        var longest = base.longest();
        var time = members.get("longest");
        if (time != null) {
            longest =
                    scalar(time)
                            .flatMap(
                                    text ->
                                            amount(
                                                    time.line(),
                                                    text,
                                                    Parameter.Unit.DAYS,
                                                    1,
                                                    WaiverRules.MAX_DAYS))
                            .map(Duration::ofDays)
                            .orElse(longest);
        }
        int shortest = base.shortestReason();
        var length = members.get("shortest-reason");
        if (length != null) {
            var text = scalar(length).orElse("1");
            if (text.matches("[0-9]{1,4}")
                    && Integer.parseInt(text) >= 1
                    && Integer.parseInt(text) <= WaiverRules.MAX_REASON) {
                shortest = Integer.parseInt(text);
            } else {
                fault(
                        length.line(),
                        "'%s' is not a number of characters from 1 to %d"
                                .formatted(shown(text), WaiverRules.MAX_REASON));
            }
        }
        return faults.isEmpty() ? new WaiverRules(never, longest, shortest) : base;
    }

    private void never(Scalar item, Set<String> never) {
        if (RuleCatalogue.rule(item.text()).isPresent()) {
            never.add(item.text());
        } else {
            unknown(
                    item.line(),
                    "rule",
                    shown(item.text()),
                    RuleCatalogue.rules().stream().map(Rule::id).toList());
        }
    }

    private static String shown(String text) {
        return text.length() <= 60 ? text : text.substring(0, 60) + "…";
    }
}
