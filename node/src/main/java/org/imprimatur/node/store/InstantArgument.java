package org.imprimatur.node.store;

import java.sql.Types;
import java.time.Instant;
import java.time.ZoneOffset;
import org.jdbi.v3.core.argument.AbstractArgumentFactory;
import org.jdbi.v3.core.argument.Argument;
import org.jdbi.v3.core.config.ConfigRegistry;

/**
 * Binds an {@link Instant} as a {@code timestamptz}. By itself JDBI binds it as a time in the zone
 * of this process, of a type that the database has to guess, which it does wrongly in arithmetic.
 */
final class InstantArgument extends AbstractArgumentFactory<Instant> {

    InstantArgument() {
        super(Types.TIMESTAMP_WITH_TIMEZONE);
    }

    @Override
    protected Argument build(Instant instant, ConfigRegistry config) {
        return (position, statement, _) ->
                statement.setObject(position, instant.atOffset(ZoneOffset.UTC));
    }
}
