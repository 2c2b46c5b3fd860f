package org.imprimatur.inspect.facts;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.imprimatur.inspect.advisories.Patches;
import org.imprimatur.inspect.facts.config.Configuration;
import org.imprimatur.inspect.facts.config.Place;
import org.imprimatur.inspect.packages.FileOwnership;
import org.imprimatur.inspect.packages.InstalledPackage;

/**
 * All that rules may judge: what stands on the disk, without any opinion.
 *
 * @param architecture of the package manager, as in {@code amd64}; empty if it does not say
 * @param sshServer true if an SSH server is installed or configured
 * @param sshd the server's configuration; its defaults if there is no server
 * @param packages what is installed of the distribution's packages, in order of name
 * @param otherPackages what else is installed: packages of programming languages, flatpaks, snaps;
 *     those of languages are looked for only where the content of files is
 * @param halfInstalled packages that are on the disk in part, with their state
 * @param keys private keys, in order of path
 * @param secrets other secrets, in order of path
 * @param certificates of machines, services and authorities, by files named as such files are
 * @param closedFiles what may hold files and is not looked into, with what it is; files of packages
 *     left out
 * @param freeSpace of each volume whose free space was looked at; none in a quick inspection
 * @param files which files belong to no package, or are not as their package shipped them
 * @param configuration what starts, who gets in, what is written down
 * @param privilegedFiles files with dangerous modes or capabilities, as no package ships them
 * @param image what is known from outside the files
 * @param patches which patches the feeds at hand know to be missing
 * @param generation what the image was made with, as far as the endorser tells
 */
public record Facts(
        OsRelease os,
        String architecture,
        List<Account> accounts,
        List<Group> groups,
        SudoPolicy sudo,
        boolean sshServer,
        SshdConfig sshd,
        List<InstalledPackage> packages,
        List<InstalledPackage> otherPackages,
        List<String> halfInstalled,
        List<AuthorizedKeys> authorizedKeys,
        List<FoundKey> keys,
        List<FoundSecret> secrets,
        List<InstalledCertificate> certificates,
        List<Place> closedFiles,
        List<Leftover> leftovers,
        List<FreeSpace> freeSpace,
        FileOwnership files,
        Configuration configuration,
        List<PrivilegedFile> privilegedFiles,
        ImageShape image,
        Patches patches,
        GenerationTool generation) {

    /** Copies the lists. */
    public Facts {
        accounts = List.copyOf(accounts);
        groups = List.copyOf(groups);
        packages = List.copyOf(packages);
        otherPackages = List.copyOf(otherPackages);
        halfInstalled = List.copyOf(halfInstalled);
        authorizedKeys = List.copyOf(authorizedKeys);
        keys = List.copyOf(keys);
        secrets = List.copyOf(secrets);
        certificates = List.copyOf(certificates);
        closedFiles = List.copyOf(closedFiles);
        leftovers = List.copyOf(leftovers);
        freeSpace = List.copyOf(freeSpace);
        privilegedFiles = List.copyOf(privilegedFiles);
    }

    /** True if an installed operating system was found. */
    public boolean hasSystem() {
        return !os.isUnknown();
    }

    /** What can be said without an installed system: only what lies about in files. */
    public static Facts ofNoSystem(Found found) {
        return new Facts(
                OsRelease.UNKNOWN,
                "",
                List.of(),
                List.of(),
                new SudoPolicy(List.of(), List.of()),
                false,
                new SshdConfig(Map.of(), List.of()),
                List.of(),
                List.of(),
                List.of(),
                found.authorizedKeys(),
                found.keys(),
                Certificates.relevant(found.secrets(), found.keys()),
                List.of(),
                found.closed(),
                found.leftovers(),
                found.freeSpace(),
                FileOwnership.NOT_EXAMINED,
                Configuration.NONE,
                List.of(),
                found.image(),
                Patches.UNKNOWN,
                GenerationTool.NOT_ASKED);
    }

    /** Every package of the image: those of the distribution, then all others. */
    public List<InstalledPackage> allPackages() {
        return Stream.concat(packages.stream(), otherPackages.stream()).toList();
    }

    /** The same, with what feeds know of missing patches. */
    public Facts withPatches(Patches known) {
        return with(known, generation);
    }

    /** The same, with what the image was made with. */
    public Facts withGeneration(GenerationTool told) {
        return with(patches, told);
    }

    private Facts with(Patches known, GenerationTool told) {
        return new Facts(
                os,
                architecture,
                accounts,
                groups,
                sudo,
                sshServer,
                sshd,
                packages,
                otherPackages,
                halfInstalled,
                authorizedKeys,
                keys,
                secrets,
                certificates,
                closedFiles,
                leftovers,
                freeSpace,
                files,
                configuration,
                privilegedFiles,
                image,
                known,
                told);
    }
}
