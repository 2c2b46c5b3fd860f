package org.imprimatur.node;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.imprimatur.node.config.BadConfiguration;
import org.imprimatur.node.config.Faults;
import org.imprimatur.node.config.YamlMember;
import org.imprimatur.node.driver.DriverSettings;
import org.imprimatur.node.follow.Source;
import org.imprimatur.node.instance.InstanceSettings;
import org.imprimatur.node.notice.NoticeSettings;
import org.imprimatur.node.policy.SiteRules;
import org.imprimatur.node.retention.Retention;
import org.imprimatur.node.subscription.Subscription;
import org.imprimatur.node.transfer.TransferSettings;
import org.imprimatur.register.Origin;
import org.imprimatur.register.SitePolicy;

/**
 * What makes a node a site, in a file of its own. Each part of a site reads its own member there;
 * here it is only said which there are.
 *
 * @param policy what the site asks of an image before it runs
 * @param policyText the file in one canonical line, which the policy's digest is of
 * @param sources the ledgers that it follows
 * @param lists the signed lists that it follows
 * @param store directory of the approved image files
 * @param transfers how these are fetched
 * @param drivers where they are published
 * @param instances what is asked of those who run them
 * @param notices how news are told; empty for as the node does
 * @param retention how long records are kept
 */
public record SiteConfig(
        SitePolicy policy,
        String policyText,
        List<Source> sources,
        List<Subscription> lists,
        Path store,
        TransferSettings transfers,
        List<DriverSettings> drivers,
        InstanceSettings instances,
        Optional<NoticeSettings> notices,
        Retention retention) {

    private static final String[] MEMBERS = {
        "owner",
        "follow",
        "lists",
        "max-staleness",
        "classes",
        "checks",
        "store",
        "transfer",
        "drivers",
        "instances",
        "notify",
        "retention"
    };

    /** Copies the lists. */
    public SiteConfig {
        sources = List.copyOf(sources);
        lists = List.copyOf(lists);
        drivers = List.copyOf(drivers);
    }

    /**
     * Reads a site's file.
     *
     * @param own the ledger of the node that is to be the site; empty where no node is known
     * @throws BadConfiguration with every fault in the file
     */
    public static SiteConfig read(Path file, Optional<Origin> own) {
        return of(YamlMember.read(file.toAbsolutePath()), own);
    }

    static SiteConfig of(YamlMember site, Optional<Origin> own) {
        var faults = new Faults();
        faults.check(() -> site.allowing(MEMBERS));
        var policy = faults.read(() -> SiteRules.read(site));
        var sources =
                faults.read(
                        () ->
                                site.optional("follow")
                                        .map(list -> Source.read(list, own))
                                        .orElse(List.of()));
        var lists =
                faults.read(() -> site.optional("lists").map(Subscription::read).orElse(List.of()));
        var store =
                faults.read(
                        () ->
                                site.required("store", "the directory for approved image files")
                                        .path());
        var transfers = faults.read(() -> TransferSettings.read(site.optional("transfer")));
        var drivers =
                faults.read(
                        () -> site.optional("drivers").map(DriverSettings::read).orElse(List.of()));
        var instances = faults.read(() -> InstanceSettings.read(site.optional("instances")));
        var notices = faults.read(() -> site.optional("notify").map(NoticeSettings::read));
        var retention = faults.read(() -> Retention.read(site.optional("retention")));
        faults.complete();
        for (var list : lists.get()) {
            if (own.filter(list.catalogue()::equals).isPresent()
                    || sources.get().stream().anyMatch(s -> s.origin().equals(list.catalogue()))) {
                throw site.required("lists", "")
                        .wrong(
                                "has \"%s\", which is the name of a ledger, too"
                                        .formatted(list.catalogue()),
                                "give the list another name");
            }
        }
        for (var name : policy.get().staleness().named().keySet()) {
            if (sources.get().stream().noneMatch(source -> source.origin().equals(name))
                    && lists.get().stream().noneMatch(list -> list.catalogue().equals(name))) {
                throw site.required("max-staleness", "")
                        .wrong(
                                "has \"%s\", which is no ledger or list in this file"
                                        .formatted(name),
                                "the name in a charter that is followed, or list:NAME");
            }
        }
        instances
                .get()
                .check(
                        site.optional("instances"),
                        drivers.get().stream()
                                .map(driver -> driver.common().name())
                                .collect(Collectors.toCollection(TreeSet::new)));
        return new SiteConfig(
                policy.get(),
                site.canonical(),
                sources.get(),
                lists.get(),
                store.get(),
                transfers.get(),
                drivers.get(),
                instances.get(),
                notices.get(),
                retention.get());
    }
}
