package io.sluice.agent.data;

import java.nio.file.Path;

record ImageFile(Path path, int label) {}
