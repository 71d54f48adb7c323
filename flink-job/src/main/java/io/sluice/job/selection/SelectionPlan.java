package io.sluice.job.selection;

import java.util.List;

/**
 * The outcome of one reclustering: what a selection takes, and why.
 *
 * @param epoch which selection it is, from 0
 * @param policy what chose it
 * @param measured how many samples have a difficulty
 * @param unseen how many samples have none yet; all of them are selected, with weight 1
 * @param window which clusters are taken
 * @param annealing whether the window is lifted because the run nears its end
 * @param clusters the measured samples by difficulty, easy to hard; they may share one code, see
 *     {@link SelectionPlanner}
 * @param bands what is selected of the measured samples
 */
public record SelectionPlan(
    int epoch,
    PolicyKind policy,
    long measured,
    long unseen,
    Window window,
    boolean annealing,
    List<Cluster> clusters,
    List<Band> bands) {

  public SelectionPlan {
    clusters = List.copyOf(clusters);
    bands = List.copyOf(bands);
  }

  /** Returns how many samples there are, measured or not. */
  public long known() {
    return measured + unseen;
  }
}
