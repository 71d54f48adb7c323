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
 * @param topUps what is selected of single classes besides, ascending by label
 * @param expected how many samples are selected, unseen ones included, in expectation
 */
public record SelectionPlan(
    int epoch,
    PolicyKind policy,
    long measured,
    long unseen,
    Window window,
    boolean annealing,
    List<Cluster> clusters,
    List<Band> bands,
    List<TopUp> topUps,
    double expected) {

  public SelectionPlan {
    clusters = List.copyOf(clusters);
    bands = List.copyOf(bands);
    topUps = List.copyOf(topUps);
  }

  /** Returns how many samples there are, measured or not. */
  public long known() {
    return measured + unseen;
  }
}
