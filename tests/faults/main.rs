//! What faults leave behind: the program dies at each of its crash points, services and trackers are cut off, and every edit that a
//! user made has to be in both trackers once. The program of these tests is built with the feature `crash-points`.

mod points;
