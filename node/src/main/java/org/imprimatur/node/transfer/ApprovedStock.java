package org.imprimatur.node.transfer;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import org.imprimatur.node.driver.DirectoryStore;
import org.imprimatur.node.driver.ImageFileName;
import org.imprimatur.node.driver.Stock;
import org.imprimatur.node.driver.StoredImage;
import org.imprimatur.node.follow.SiteView;
import org.imprimatur.register.Origin;
import org.imprimatur.register.Sha512;
import org.imprimatur.register.Standing;
import org.imprimatur.register.StatementId;

/**
 * What the transfers have brought in, for drivers. Whether an image stands was judged by the
 * transfers; here only their outcome counts.
 */
public final class ApprovedStock implements Stock {

    private record File(ImageFileName name, Sha512 digest) {}

    private final Transfers transfers;
    private final DirectoryStore store;
    private final SiteView view;

    /** The stock of one site. */
    public ApprovedStock(Transfers transfers, DirectoryStore store, SiteView view) {
        this.transfers = transfers;
        this.store = store;
        this.view = view;
    }

    @Override
    public List<Item> items() {
        var files = new LinkedHashMap<File, List<Transfer>>();
        for (var transfer : transfers.all()) {
            switch (transfer.state()) {
                case AVAILABLE, TRANSFERRING, FAILED ->
                        files.computeIfAbsent(
                                        new File(transfer.name(), transfer.image()),
                                        _ -> new ArrayList<>())
                                .add(transfer);
                case WITHDRAWN -> {
                    // Not wanted for this endorsement; another one may still ask for the file.
                }
            }
        }
        return view.ask(
                standing ->
                        files.entrySet().stream()
                                .map(
                                        file ->
                                                new Item(
                                                        file.getKey().name(),
                                                        file.getKey().digest(),
                                                        verified(standing, file.getValue())))
                                .toList());
    }

    @Override
    public boolean tells(Origin catalogue, StatementId endorsement) {
        return transfers.compared()
                && view.ask(
                        standing ->
                                !Approved.undetermined(
                                        standing, new TransferKey(catalogue, endorsement)));
    }

    /** By what spoke for it first, so that labels stay as long as they can. */
    private Optional<StoredImage> verified(Standing standing, List<Transfer> same) {
        StoredImage first = null;
        for (var transfer : same) {
            // In doubt there is none, until it was read again.
            if (!transfers.intact(transfer)) {
                continue;
            }
            var candidate =
                    standing.candidate(transfer.key().catalogue(), transfer.key().endorsement())
                            .orElse(null);
            if (candidate != null
                    && (first == null || candidate.since().isBefore(first.candidate().since()))) {
                first = StoredImage.of(store.path(transfer.name()), candidate);
            }
        }
        return Optional.ofNullable(first);
    }
}
