package org.imprimatur.inspect.facts.config;

import java.util.List;

/**
 * What PAM does for one service and one question (pam.conf(5)), all inclusions followed.
 *
 * @param service as in {@code sshd}
 * @param path of the service's file, for display
 * @param type {@code auth} or {@code account}
 * @param letsAnybodyPass true if the answer is yes though every module that checks something says
 *     no
 * @param allowsEmptyPasswords true if the password module is told {@code nullok}
 * @param modules in order, for display
 */
public record PamStack(
        String service,
        String path,
        String type,
        boolean letsAnybodyPass,
        boolean allowsEmptyPasswords,
        List<String> modules) {

    /** Copies the list. */
    public PamStack {
        modules = List.copyOf(modules);
    }
}
