package org.imprimatur.cli;

import java.time.DateTimeException;
import java.time.Instant;
import java.util.function.Function;
import org.imprimatur.register.Lineage;
import org.imprimatur.register.MalformedInput;
import org.imprimatur.register.Owner;
import org.imprimatur.register.Role;
import org.imprimatur.register.Sha512;
import org.imprimatur.register.Statement;
import org.imprimatur.register.StatementId;
import org.imprimatur.register.Tag;
import org.imprimatur.register.Team;
import org.imprimatur.register.Urgency;
import org.imprimatur.register.UseClass;
import org.imprimatur.register.Version;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** The register's values on the command line; what they refuse is a misuse of the command. */
final class Converters {

    private Converters() {}

    private abstract static class Converter<T> implements ITypeConverter<T> {

        private final Function<String, T> parse;

        Converter(Function<String, T> parse) {
            this.parse = parse;
        }

        @Override
        public final T convert(String text) {
            try {
                return parse.apply(text);
            } catch (MalformedInput wrong) {
                throw new TypeConversionException(wrong.explanation());
            }
        }
    }

    static final class OwnerConverter extends Converter<Owner> {
        OwnerConverter() {
            super(Owner::parse);
        }
    }

    static final class RoleConverter extends Converter<Role> {
        RoleConverter() {
            super(Role::parse);
        }
    }

    static final class ReasonConverter extends Converter<Statement.Revocation.Reason> {
        ReasonConverter() {
            super(Statement.Revocation.Reason::parse);
        }
    }

    static final class VersionConverter extends Converter<Version> {
        VersionConverter() {
            super(Version::new);
        }
    }

    static final class TagConverter extends Converter<Tag> {
        TagConverter() {
            super(Tag::new);
        }
    }

    static final class SuspensionReasonConverter extends Converter<Statement.Suspension.Reason> {
        SuspensionReasonConverter() {
            super(Statement.Suspension.Reason::parse);
        }
    }

    static final class UrgencyConverter extends Converter<Urgency> {
        UrgencyConverter() {
            super(Urgency::parse);
        }
    }

    static final class KindConverter extends Converter<Lineage.Kind> {
        KindConverter() {
            super(Lineage.Kind::parse);
        }
    }

    static final class DigestConverter extends Converter<Sha512> {
        DigestConverter() {
            super(Sha512::parse);
        }
    }

    static final class IdConverter extends Converter<StatementId> {
        IdConverter() {
            super(StatementId::parse);
        }
    }

    static final class TeamConverter extends Converter<Team> {
        TeamConverter() {
            super(Team::new);
        }
    }

    static final class UseClassConverter extends Converter<UseClass> {
        UseClassConverter() {
            super(UseClass::parse);
        }
    }

    static final class InstantConverter implements ITypeConverter<Instant> {

        @Override
        public Instant convert(String text) {
            try {
                return Instant.parse(text);
            } catch (DateTimeException wrong) {
                throw new TypeConversionException(
                        "'%s' is not an instant such as 2026-11-21T12:00:00Z".formatted(text));
            }
        }
    }
}
